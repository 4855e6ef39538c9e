import { espSubject } from './esp.js';
import { vendorEsptool } from './vendor-esptool.js';

export const subject = {
  ...espSubject({
    kind: 'esptool',
    chip: 'esp8266',
    description: 'ESP8266EX',
    otherChip: 'esp32',
  }),
  ...vendorEsptool(),
};
