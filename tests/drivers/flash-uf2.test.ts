import { subject } from './contract/subjects/uf2-rp2040.js';
import { flashContract } from './flash-contract.js';

flashContract(subject);
