import { espSubject } from './esp.js';

export const subject = espSubject({
  kind: 'esptool-js',
  chip: 'esp32c3',
  description: 'ESP32-C3 (QFN32) (revision v0.4)',
  otherChip: 'esp8266',
});
