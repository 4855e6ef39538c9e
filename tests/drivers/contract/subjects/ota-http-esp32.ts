import { overTheAirSubject } from './over-the-air.js';

export const subject = overTheAirSubject({
  kind: 'ota-http',
  chip: 'esp32',
  otherChip: 'esp32s3',
  at: 0x10000,
});
