import assert from 'node:assert/strict';
import { test } from 'node:test';
import { holderOf } from '../../gpio/sysfs-chips.js';

// As a 6.1 kernel prints /sys/kernel/debug/gpio.
const debugText = `gpiochip0: GPIOs 512-569, parent: platform/fe200000.gpio, pinctrl-bcm2711:
 gpio-512 (ID_SDA              )
 gpio-519 (SPI_CE1_N           |spi0 CS1            ) out hi ACTIVE LOW
 gpio-529 (GPIO17              |sysfs               ) out lo
 gpio-552 (                    |w1                  ) in  hi
`;

void test('the holder of a line is the consumer that the kernel names', () => {
  assert.equal(holderOf(debugText, 519), 'spi0 CS1');
  assert.equal(holderOf(debugText, 529), 'sysfs');
  assert.equal(holderOf(debugText, 552), 'w1');
});

void test('a line that has a name but no consumer, or is not listed, has no holder', () => {
  assert.equal(holderOf(debugText, 512), undefined);
  assert.equal(holderOf(debugText, 51), undefined);
  assert.equal(holderOf(debugText, 600), undefined);
});
