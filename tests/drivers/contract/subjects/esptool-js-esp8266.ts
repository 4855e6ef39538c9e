import { espSubject } from './esp.js';

export const subject = espSubject({
  kind: 'esptool-js',
  chip: 'esp8266',
  description: 'ESP8266EX',
  otherChip: 'esp32',
});
