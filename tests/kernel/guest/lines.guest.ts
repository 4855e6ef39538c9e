import { lineContract } from '../../gpio/line-contract.js';
import { expanderChip } from './expander-chip.js';
import { kernelHost } from './kernel-host.js';
import { mockupChip } from './mockup-chip.js';
import { simChip } from './sim-chip.js';

// The contract of all line backends, on the chips of a real kernel.

const without = { stuck: 'nothing can be put on an output of this chip' };
const sim = simChip('pinctrl-bcm2711', 28);
const simForGpiod = simChip('gpiod-sim', 16);
const mockup = mockupChip(512);
const expander = expanderChip();

lineContract(
  { name: 'onoff, gpio-sim', start: () => kernelHost('onoff', sim), without },
  { name: 'onoff, gpio-mockup', start: () => kernelHost('onoff', mockup), without },
  { name: 'onoff, PCA9555', start: () => kernelHost('onoff', expander) },
  { name: 'gpiod, gpio-sim', start: () => kernelHost('gpiod', simForGpiod), without },
);
