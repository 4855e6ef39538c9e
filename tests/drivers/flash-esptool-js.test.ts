import { describe } from 'node:test';
import { subject as esp32 } from './contract/subjects/esptool-js-esp32.js';
import { subject as esp32c3 } from './contract/subjects/esptool-js-esp32c3.js';
import { subject as esp32s3 } from './contract/subjects/esptool-js-esp32s3.js';
import { subject as esp8266 } from './contract/subjects/esptool-js-esp8266.js';
import { flashContract } from './flash-contract.js';

// Most of the time goes by in waiting for boards that are silent.
describe('chips of Espressif’s', { concurrency: 4 }, () => {
  for (const subject of [esp32, esp32s3, esp32c3, esp8266]) flashContract(subject);
});
