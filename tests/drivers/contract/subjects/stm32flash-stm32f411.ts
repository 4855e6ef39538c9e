import { demoProgramF411 } from '../../../../firmware/stm32-demo.js';
import { stm32Subject } from './stm32.js';

export const subject = stm32Subject({
  chip: 'stm32f411',
  otherChip: 'stm32f103',
  description: 'STM32F411xx (product id 0x431, loader 3.1)',
  uid: '92efd4512539324546443435',
  flashSizeBytes: 512 * 1024,
  program: demoProgramF411,
  appAt: 0x4000,
  // Into a second sector, so that one can be erased alone.
  appBytes: 17 * 1024,
  erase: { offset: 0x4000, sizeBytes: 0x4000 },
  badCellAt: 0x5432,
  // Of the two sectors that are erased for it.
  hangPercent: 30,
  nearTheEnd: 0x80000,
});
