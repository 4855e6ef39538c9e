import { espSubject } from './esp.js';
import { vendorEsptool } from './vendor-esptool.js';

export const subject = {
  ...espSubject({
    kind: 'esptool',
    chip: 'esp32c3',
    description: 'ESP32-C3 (QFN32) (revision v0.4)',
    otherChip: 'esp8266',
  }),
  ...vendorEsptool(),
};
