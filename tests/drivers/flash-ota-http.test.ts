import { describe } from 'node:test';
import { subject as esp32 } from './contract/subjects/ota-http-esp32.js';
import { subject as linux } from './contract/subjects/ota-http-linux.js';
import { flashContract } from './flash-contract.js';

describe('devices that are updated by their web server', { concurrency: 2 }, () => {
  for (const subject of [esp32, linux]) flashContract(subject);
});
