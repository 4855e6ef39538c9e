import { flashContract } from './flash-contract.js';

flashContract({ kind: 'esptool-js', startUpMs: 0 });
