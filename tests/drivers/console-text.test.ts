import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createConsoleText, type ConsoleText } from '../../drivers/console/console-text.js';
import { createTextSearch } from '../../drivers/console/text-search.js';

const difficult = Buffer.concat([
  Buffer.from('ets Jul 29 2019\r\n\r\nTemp é 21,5 °C 😀 ok\r\nbare\nold\rmac\r\n'),
  Buffer.from([0x80, 0xff, 0xe2, 0x82, 0x20, 0xf0, 0x9f, 0x0d, 0x0a, 0x00, 0x1b]),
  Buffer.from('tail é'),
]);

function textOf(bytes: Buffer, chunkSize: number): ConsoleText {
  const text = createConsoleText();
  for (let at = 0; at < bytes.length; at += chunkSize) text.append(bytes.subarray(at, at + chunkSize));
  return text;
}

test('text is the same however the bytes were torn', () => {
  const whole = textOf(difficult, difficult.length);
  for (const size of [1, 2, 3, 5, 7, 64]) {
    const torn = textOf(difficult, size);
    assert.equal(torn.textFrom(0), whole.textFrom(0));
    assert.equal(torn.end, difficult.length);
    assert.equal(torn.completeEnd, whole.completeEnd);
  }
});

test('CR is dropped and bytes that are not UTF-8 become U+FFFD', () => {
  const text = textOf(Buffer.from([0x61, 0x0d, 0xff, 0x62, 0x0d, 0x0a]), 1);
  assert.equal(text.textFrom(0), 'a\ufffdb\n');
});

test('a cursor from any index of the text leads back to the text from that index', () => {
  const text = textOf(difficult, 4);
  const view = text.view(0, { unfinished: true });
  const boundaries = [...new Intl.Segmenter().segment(view.text)].map((segment) => segment.index);
  for (const index of [...boundaries, view.text.length]) {
    assert.equal(text.textFrom(view.cursorAt(index)), view.text.slice(index), `index ${index}`);
  }
});

test('the text from every single cursor is what the bytes from there decode to', () => {
  const text = textOf(difficult, difficult.length);
  for (let cursor = 0; cursor <= difficult.length; cursor++) {
    const rest = difficult.subarray(cursor);
    if (((rest[0] ?? 0) & 0xc0) === 0x80) continue;
    assert.equal(text.textFrom(cursor), rest.toString('utf8').replaceAll('\r', ''), `cursor ${cursor}`);
  }
});

test('what is older than the memory is dropped, and cursors keep their meaning', () => {
  const text = createConsoleText({ keptBytes: 1000 });
  for (let line = 0; line < 10_000; line++) text.append(Buffer.from(`line ${line}\n`));
  assert.ok(text.end - text.begin <= 1000);
  assert.match(text.textFrom(0), /^line \d+\n/);
  assert.equal(text.textFrom(text.end - 10), 'line 9999\n');
});

test('a line without an end does not grow without bound and still matches across its pieces', () => {
  const text = createConsoleText({ keptBytes: 1 << 20 });
  const search = createTextSearch(text, [/x{10}y/], 0);
  for (let chunk = 0; chunk < 100; chunk++) text.append(Buffer.alloc(1000, 'x'));
  assert.equal(search.look({ unfinished: true }), undefined);
  text.append(Buffer.from('y\n'));
  assert.equal(search.look({ all: true })?.match.end, 100_001);
});

test('last lines leave out blank ones and show control characters as text', () => {
  const text = textOf(Buffer.from('one\r\n\r\n\x1b[0;32mtwo\x1b[0m\r\nth\x00ree\r\n> '), 3);
  assert.equal(text.lastLines(3), 'two\nth\\x00ree\n> ');
  assert.equal(text.lastLines(1), '> ');
  assert.equal(createConsoleText().lastLines(5), '');
});

test('the match that is complete first in the log wins, whatever the order of arrival', () => {
  for (const size of [1, 4, 1000]) {
    const text = createConsoleText();
    const search = createTextSearch(text, [/panic/, /ready/], 0);
    const bytes = Buffer.from('boot\nready\npanic\nready\n');
    let hit;
    for (let at = 0; at < bytes.length && hit === undefined; at += size) {
      text.append(bytes.subarray(at, at + size));
      hit = search.look();
    }
    assert.equal(hit?.match.text, 'ready');
    assert.equal(hit.match.end, 10);
  }
});

test('on one line the pattern that is listed first wins', () => {
  const text = textOf(Buffer.from('ready, then panic\n'), 5);
  assert.equal(createTextSearch(text, [/panic/, /ready/], 0).look()?.match.text, 'panic');
});

test('a value is not taken from an unfinished line', () => {
  const text = createConsoleText();
  const search = createTextSearch(text, [/heap=(?<value>\d+)/], 0);
  for (const chunk of ['heap=2', '319', '04', '\r']) {
    text.append(Buffer.from(chunk));
    assert.equal(search.look(), undefined);
  }
  text.append(Buffer.from('\n'));
  assert.deepEqual(search.look()?.match.groups, { value: '231904' });
});

test('a pattern anchored at a line start does not match in the middle of the line that holds the cursor', () => {
  const text = textOf(Buffer.from('echo mem\nmem 5\n'), 64);
  const hit = createTextSearch(text, [/^mem/m], 5).look();
  assert.equal(hit?.match.end, 12);
});

test('a match over many lines is found when its last line arrives', () => {
  const text = createConsoleText();
  const search = createTextSearch(text, [/begin[\s\S]*end/], 0);
  text.append(Buffer.from('begin\n'));
  for (let line = 0; line < 100; line++) {
    text.append(Buffer.from(`line ${line}\n`));
    assert.equal(search.look(), undefined);
  }
  text.append(Buffer.from('end\n'));
  assert.ok(search.look()?.match.text.startsWith('begin\nline 0'));
});

test('searching a log of twice the length costs about twice, not four times', () => {
  const cost = (lines: number): number => {
    const text = createConsoleText();
    const search = createTextSearch(text, [/never (\w+)/, /never\s+ever/, /nowhere/], 0);
    const line = Buffer.from('I (12345) wifi: state: init -> auth (b0)\r\n');
    const before = process.cpuUsage();
    for (let count = 0; count < lines; count++) {
      text.append(line);
      search.look();
    }
    const used = process.cpuUsage(before);
    return used.user + used.system;
  };
  cost(4000);
  const ratio = cost(32_000) / cost(8000);
  assert.ok(ratio < 9, `four times the log cost ${ratio.toFixed(1)} times as much; quadratic would be 16`);
});
