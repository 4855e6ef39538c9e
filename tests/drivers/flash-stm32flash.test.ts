import { describe } from 'node:test';
import { subject as stm32f103 } from './contract/subjects/stm32flash-stm32f103.js';
import { subject as stm32f411 } from './contract/subjects/stm32flash-stm32f411.js';
import { flashContract } from './flash-contract.js';

// Most of the time goes by in waiting for the line.
describe('STM32 chips', { concurrency: 2 }, () => {
  for (const subject of [stm32f103, stm32f411]) flashContract(subject);
});
