import { overTheAirSubject } from './over-the-air.js';

/** Asks for its password by MD5, and puts an update behind its application. */
export const subject = overTheAirSubject({
  kind: 'espota',
  chip: 'esp8266',
  otherChip: 'esp32',
  at: 0x200000,
});
