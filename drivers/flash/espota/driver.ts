import type { FlashDriver, Having } from '../flash-driver.js';
import { openOverTheAir } from '../over-the-air.js';
import { sendByInvitation } from './send-by-invitation.js';

/**
 * Flashes a device that runs ArduinoOTA, as its vendor's espota.py does: an invitation over UDP, the password where the device asks for one, then the device
 * connects back to this host and fetches the image. It compares the MD5 that the invitation gives.
 */
export function openEspota(options: Having<'network'>): FlashDriver {
  return openOverTheAir({ name: 'espota', send: sendByInvitation }, options);
}
