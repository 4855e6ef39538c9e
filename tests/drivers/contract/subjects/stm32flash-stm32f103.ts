import { demoProgramF103 } from '../../../../firmware/stm32-demo.js';
import { stm32Subject } from './stm32.js';

export const subject = stm32Subject({
  chip: 'stm32f103',
  otherChip: 'stm32f411',
  description: 'STM32F10xxx Medium-density (product id 0x410, loader 2.2)',
  uid: '92efd4512539324546443435',
  flashSizeBytes: 64 * 1024,
  program: demoProgramF103,
  appAt: 0x1000,
  appBytes: 14 * 1024,
  erase: { offset: 0x1800, sizeBytes: 0x400 },
  badCellAt: 0x2345,
  hangPercent: 60,
  nearTheEnd: 0xf000,
});
