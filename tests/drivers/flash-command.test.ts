import { subject } from './contract/subjects/command-esp32.js';
import { flashContract } from './flash-contract.js';

flashContract(subject);
