import { overTheAirSubject } from './over-the-air.js';

/** Asks for its password as cores since 3.3.1 do. */
export const subject = overTheAirSubject({
  kind: 'espota',
  chip: 'esp32',
  otherChip: 'esp32s3',
  at: 0x10000,
});
