import { espSubject } from './esp.js';
import { vendorEsptool } from './vendor-esptool.js';

export const subject = {
  ...espSubject({
    kind: 'esptool',
    chip: 'esp32s3',
    description: 'ESP32-S3 (QFN56) (revision v0.2)',
    otherChip: 'esp32c3',
  }),
  ...vendorEsptool(),
};
