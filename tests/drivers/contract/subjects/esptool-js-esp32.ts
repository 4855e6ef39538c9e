import { espSubject } from './esp.js';

export const subject = espSubject({
  kind: 'esptool-js',
  chip: 'esp32',
  description: 'ESP32-D0WD-V3 (revision v3.0)',
  otherChip: 'esp32s3',
});
