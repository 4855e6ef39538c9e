import type { FlashDriver, Having } from '../flash-driver.js';
import { openOverTheAir } from '../over-the-air.js';
import { sendForm } from './send-form.js';

/**
 * Flashes a device through the form of its web server: `POST /update` with the file `firmware`, as Arduino's HTTPUpdateServer and those after it take it.
 * The image's MD5 goes along, as `md5` in the address and as a field of the form, for servers that compare it.
 */
export function openOtaHttp(options: Having<'network'>): FlashDriver {
  return openOverTheAir({ name: 'ota-http', send: sendForm }, options);
}
