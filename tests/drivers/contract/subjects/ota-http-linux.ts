import { buildGatewayFirmware, gatewayProgram } from '../../../../firmware/demo-network.js';
import { overTheAirSubject } from './over-the-air.js';

export const subject = overTheAirSubject({
  kind: 'ota-http',
  chip: 'linux',
  otherChip: 'esp32',
  at: 0,
  image: (sizeBytes, seed) =>
    buildGatewayFirmware({ version: '1.2.0', program: gatewayProgram, sizeBytes, seed }),
});
