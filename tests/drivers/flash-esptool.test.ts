import { subject as esp32 } from './contract/subjects/esptool-esp32.js';
import { flashContract } from './flash-contract.js';

flashContract(esp32);
