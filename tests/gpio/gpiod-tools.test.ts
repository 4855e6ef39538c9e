import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseChips, parseConsumers, parseLevel, syntaxOf } from '../../gpio/gpiod-tools.js';
import { kernelLineIn } from '../../gpio/gpiod-levels.js';

// Texts as the commands 1.6.3 and 2.2.4 and a kernel 6.1 printed them.

const firstVersion = 'gpioset (libgpiod) v1.6.3\nCopyright (C) 2017-2018 Bartosz Golaszewski\n';
const secondVersion = 'gpioset (libgpiod) v2.2.4\nCopyright (C) 2017-2023 Bartosz Golaszewski\n';

function syntax(text: string) {
  const found = syntaxOf(text);
  assert.ok(found);
  return found;
}

void test('the version of the commands is told from what they print', () => {
  assert.notEqual(syntax(firstVersion), syntax(secondVersion));
  assert.equal(syntaxOf('gpioset (libgpiod) v0.3.2\n'), undefined);
  assert.equal(syntaxOf('gpioset (libgpiod) v3.0\n'), undefined);
  assert.equal(syntaxOf('sh: gpioset: not found\n'), undefined);
});

void test('1.x is told chip and line as bare arguments, and to hold until a signal', () => {
  const first = syntax(firstVersion);
  assert.deepEqual(first.hold('gpiochip0', 17, 1), ['--mode=signal', 'gpiochip0', '17=1']);
  assert.deepEqual(first.get('gpiochip0', 17, { asIs: true }), ['gpiochip0', '17']);
  assert.deepEqual(first.monitor('gpiochip0', 17), ['--line-buffered', '--format=%e', 'gpiochip0', '17']);
  assert.deepEqual(first.info('gpiochip0'), ['gpiochip0']);
});

void test('2.x is told the chip by an option and its consumer, and reads a line without changing its direction', () => {
  const second = syntax(secondVersion);
  const named = ['--consumer', 'rigwright', '--chip', 'gpiochip0'];
  assert.deepEqual(second.hold('gpiochip0', 17, 0), [...named, '17=0']);
  assert.deepEqual(second.get('gpiochip0', 17, { asIs: true }), ['--numeric', '--as-is', ...named, '17']);
  assert.deepEqual(second.get('gpiochip0', 17, { asIs: false }), ['--numeric', ...named, '17']);
  assert.deepEqual(second.monitor('gpiochip0', 17), ['--format=%e', ...named, '17']);
  assert.deepEqual(second.info('gpiochip0'), ['--chip', 'gpiochip0']);
});

void test('the versions number edges in different ways', () => {
  const levels = (text: string) => ['0', '1', '2', 'event:'].map(syntax(text).levelAfter);
  assert.deepEqual(levels(firstVersion), [0, 1, undefined, undefined]);
  assert.deepEqual(levels(secondVersion), [undefined, 1, 0, undefined]);
});

void test('chips are read with their labels, whatever stands in those', () => {
  const text = 'gpiochip0 [rig-gpio] (32 lines)\ngpiochip12 [INT34C5:00 [a] (b)] (1 lines)\n';
  assert.deepEqual(parseChips(text), [
    { name: 'gpiochip0', label: 'rig-gpio', lineCount: 32 },
    { name: 'gpiochip12', label: 'INT34C5:00 [a] (b)', lineCount: 1 },
  ]);
  assert.deepEqual(parseChips("gpiodetect: unable to open chip '/dev/gpiochip1': Permission denied\n"), []);
});

void test('a level is what gpioget prints, and nothing else', () => {
  assert.deepEqual(['0\n', '1\n', '', '1 0\n', '"5"=active\n'].map(parseLevel), [
    0,
    1,
    undefined,
    undefined,
    undefined,
  ]);
});

void test('consumers are read from the gpioinfo of 1.x', () => {
  const text = [
    'gpiochip0 - 6 lines:',
    '\tline   0:      unnamed       unused   input  active-high ',
    '\tline   1: "unused name"      unused  output  active-high ',
    '\tline   2:      unnamed       kernel   input  active-high [used]',
    '\tline   3:      unnamed    "gpioset"  output  active-high [used]',
    '\tline   4: "STATUS_LED" "ACT led: a"  output   active-low [used]',
    '\tline   5:      unnamed    "gpiomon"   input   active-low [used]',
  ].join('\n');
  assert.deepEqual(
    [...parseConsumers(text)],
    [
      [2, 'kernel'],
      [3, 'gpioset'],
      [4, 'ACT led: a'],
      [5, 'gpiomon'],
    ],
  );
});

void test('consumers are read from the gpioinfo of 2.x', () => {
  const text = [
    'gpiochip0 - 5 lines:',
    '\tline   0:\tunnamed         \tinput',
    '\tline   1:\t"consumer"      \toutput active-low',
    '\tline   2:\tunnamed         \toutput consumer="rigwright"',
    '\tline   3:\tunnamed         \tinput edges=both consumer="gpiomon"',
    '\tline   4:\tunnamed         \tinput consumer=kernel',
  ].join('\n');
  assert.deepEqual(
    [...parseConsumers(text)],
    [
      [2, 'rigwright'],
      [3, 'gpiomon'],
      [4, 'kernel'],
    ],
  );
});

const kernelText = [
  'gpiochip0: GPIOs 992-1023, parent: platform/gpio-sim.0, rig-gpio, can sleep:',
  ' gpio-995 (                    |gpioset             ) out hi ',
  ' gpio-997 (                    |gpiomon             ) in  lo ACTIVE LOW',
  ' gpio-998 (name (a)            |gpiomon             ) in  hi IRQ ',
  ' gpio-999 (named only          )',
  '',
  'gpiochip1: GPIOs 900-915, parent: i2c/1-0020, 1-0020, can sleep:',
  ' gpio-903 (                    |sysfs               ) out lo ',
  ' gpio-904 (                    |sysfs               ) out ?  ',
].join('\n');

void test('the level of a held line is read from the text of the kernel, by chip', () => {
  assert.deepEqual(kernelLineIn(kernelText, 'gpiochip0', 3), { direction: 'out', level: 1 });
  assert.deepEqual(kernelLineIn(kernelText, 'gpiochip0', 5), { direction: 'in', level: 0 });
  assert.deepEqual(kernelLineIn(kernelText, 'gpiochip0', 6), { direction: 'in', level: 1 });
  assert.deepEqual(kernelLineIn(kernelText, 'gpiochip1', 3), { direction: 'out', level: 0 });
});

void test('the kernel does not tell the level of a line that nobody holds, or that cannot be read', () => {
  assert.equal(kernelLineIn(kernelText, 'gpiochip0', 7), undefined);
  assert.equal(kernelLineIn(kernelText, 'gpiochip0', 4), undefined);
  assert.deepEqual(kernelLineIn(kernelText, 'gpiochip1', 4), { direction: 'out', level: undefined });
  assert.equal(kernelLineIn(kernelText, 'gpiochip7', 3), undefined);
  assert.equal(kernelLineIn('', 'gpiochip0', 3), undefined);
});
