import { subject as esp32 } from './contract/subjects/esptool-js-esp32.js';
import { flashContract } from './flash-contract.js';

flashContract(esp32);
