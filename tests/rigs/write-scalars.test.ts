import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { parse } from 'yaml';
import { withScalars } from '../../rigs/write-scalars.js';

test('only the value changes: comments, order, blanks and line ends stay as they are', () => {
  const text =
    '# top\r\nslots:\r\n  - id: a   # first\r\n    serial: { path:  /dev/x , baudRate: 9600 } # port\r\n';
  const changed = withScalars(text, [
    { path: ['slots', 0, 'serial', 'path'], value: '/dev/serial/by-path/a:1.0-port0' },
  ]);
  assert.equal(changed, text.replace('/dev/x', '/dev/serial/by-path/a:1.0-port0'));
});

test('two values may change places in one go', async () => {
  const text = await readFile('rigs/station1.yaml', 'utf8');
  const { slots } = parse(text) as { slots: { serial: { path: string } }[] };
  const [one, two] = slots.map(({ serial }) => serial.path);
  assert(one && two);
  const changed = withScalars(text, [
    { path: ['slots', 0, 'serial', 'path'], value: two },
    { path: ['slots', 1, 'serial', 'path'], value: one },
  ]);
  const swapped = text.replace(one, 'ONE').replace(two, one).replace('ONE', two);
  assert.equal(changed, swapped);
});

test('a value keeps its quotes, and gets them when it needs them', () => {
  const of = (text: string, value: string) => withScalars(text, [{ path: ['a'], value }]);
  assert.equal(of("a: 'x' # c\n", "it's"), "a: 'it''s' # c\n");
  assert.equal(of('a: "x"\n', '/dev/y'), 'a: "/dev/y"\n');
  assert.equal(of('a: x # c\n', '/media/rig one'), 'a: "/media/rig one" # c\n');
  assert.equal(of('a: x\n', 'a, b: {c}'), 'a: "a, b: {c}"\n');
  assert.equal(of('a: x\n', '12'), 'a: "12"\n');
  assert.equal(of('a: x\n', 'path:'), 'a: "path:"\n');
});

test('a place without a single value is refused', () => {
  assert.throws(() => withScalars('a: { b: 1 }\n', [{ path: ['a'], value: 'x' }]), /no value stands at a/);
  assert.throws(() => withScalars('a: 1\n', [{ path: ['b', 0], value: 'x' }]));
});

test('a value that is named again elsewhere is refused, as both would change', () => {
  const change = [{ path: ['a'], value: '/dev/y' }];
  assert.throws(() => withScalars('a: &port /dev/x\nb: *port\n', change), /a cannot be changed in place/);
  assert.equal(withScalars('a: &port /dev/x\nb: 1\n', change), 'a: &port /dev/y\nb: 1\n');
});
