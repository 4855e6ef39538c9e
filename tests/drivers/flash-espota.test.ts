import { describe } from 'node:test';
import { subject as esp32 } from './contract/subjects/espota-esp32.js';
import { subject as esp8266 } from './contract/subjects/espota-esp8266.js';
import { flashContract } from './flash-contract.js';

describe('devices that are invited to an update', { concurrency: 2 }, () => {
  for (const subject of [esp32, esp8266]) flashContract(subject);
});
