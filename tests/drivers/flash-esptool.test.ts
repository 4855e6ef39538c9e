import { subject as esp32 } from './contract/subjects/esptool-esp32.js';
import { subject as esp32c3 } from './contract/subjects/esptool-esp32c3.js';
import { subject as esp32s3 } from './contract/subjects/esptool-esp32s3.js';
import { flashContract } from './flash-contract.js';

for (const subject of [esp32, esp32s3, esp32c3]) flashContract(subject);
