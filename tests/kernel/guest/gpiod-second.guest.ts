import { lineContract } from '../../gpio/line-contract.js';
import { kernelHost } from './kernel-host.js';
import { simChip } from './sim-chip.js';

// The contract over the commands of libgpiod 2.x, which Debian 12 does not have: the first ones in PATH have to be such.

const chip = simChip('pinctrl-bcm2711', 28);

lineContract({
  name: 'gpiod 2.x, gpio-sim',
  start: () => kernelHost('gpiod', chip),
  without: { stuck: 'nothing can be put on an output of this chip' },
});
