import { subject } from './contract/subjects/avrdude-atmega328p.js';
import { flashContract } from './flash-contract.js';

flashContract(subject);
