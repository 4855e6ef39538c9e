import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSupplyJudge, type SupplyFinding } from '../../../drivers/meter/supply-judge.js';

const bounds = { onVolts: 4.75, offVolts: 0.5, maxAmps: 0.8, inrushMs: 50 };

/** A judge whose switch closed at 0, and the readings that it gets: 2 ms long each, ending at `atMs`. */
function judged({ maxAmps = true } = {}) {
  const { maxAmps: limit, ...rest } = bounds;
  const judge = createSupplyJudge({ ...rest, ...(maxAmps && { maxAmps: limit }) });
  judge.closing();
  judge.closed(0);
  const read = (atMs: number, railAmps: number | undefined, railVolts = 5): SupplyFinding | undefined =>
    judge.add({
      beganAtMs: atMs - 2,
      endedAtMs: atMs,
      railVolts,
      ...(railAmps !== undefined && { railAmps }),
    });
  return { judge, read };
}

test('two readings in a row beyond the limit are over-current, seen at the first of them', () => {
  const { read } = judged();
  assert.equal(read(80, 0.1), undefined);
  assert.equal(read(100, 2.4), undefined);
  assert.deepEqual(read(120, 2.5, 3), {
    kind: 'over-current',
    firstAtMs: 100,
    amps: [2.4, 2.5],
    railVolts: 3,
  });
});

test('a short behind a shunt that is wired backwards is over-current too', () => {
  const { read } = judged();
  assert.equal(read(80, -0.1), undefined);
  assert.equal(read(100, -2.4), undefined);
  assert.equal(read(120, -2.5)?.kind, 'over-current');
});

test('a single glitch, also one again and again, is none; the limit itself is good', () => {
  const { read } = judged();
  const amps = [2.4, 0.1, 2.4, 0.8, 2.4, 0.1];
  for (const [index, each] of amps.entries()) assert.equal(read(100 + 20 * index, each), undefined);
});

test('the inrush is not judged, and a reading that was begun in it neither', () => {
  const { read } = judged();
  for (const atMs of [10, 30, 51]) assert.equal(read(atMs, 2.4), undefined);
  assert.equal(read(60, 2.4), undefined);
  assert.equal(read(80, 2.4)?.firstAtMs, 60);
});

test('the inrush begins when the switch is closed for certain, however long it took to close', () => {
  const judge = createSupplyJudge(bounds);
  const read = (atMs: number) => judge.add({ beganAtMs: atMs, endedAtMs: atMs, railVolts: 5, railAmps: 2.4 });
  judge.closing();
  for (const atMs of [100, 200, 900]) assert.equal(read(atMs), undefined);
  judge.closed(1000);
  assert.equal(read(1040), undefined);
  assert.equal(read(1060), undefined);
  assert.equal(read(1080)?.kind, 'over-current');
});

test('one reading that no second one refutes in time counts', () => {
  const { judge, read } = judged();
  read(100, 2.4);
  assert.equal(judge.suspiciousSinceMs, 100);
  assert.deepEqual(judge.overdue(), { kind: 'over-current', firstAtMs: 100, amps: [2.4], railVolts: 5 });
  read(120, 0.1);
  assert.equal(judge.suspiciousSinceMs, undefined);
  assert.equal(judge.overdue(), undefined);
});

test('a reading that fails refutes nothing', () => {
  const { judge, read } = judged();
  read(100, 2.4);
  assert.equal(judge.failed(110, new Error('bus')), undefined);
  assert.equal(read(120, 2.4)?.kind, 'over-current');
});

test('a rail that was up and is down twice has collapsed, with the current just before', () => {
  const { read } = judged();
  read(100, 0.1);
  read(120, 0.7);
  assert.equal(read(140, 0, 0.1), undefined);
  assert.deepEqual(read(160, 0, 0.05), {
    kind: 'collapsed',
    firstAtMs: 140,
    railVolts: 0.05,
    lastAmps: 0.7,
  });
});

test('a dip above the level of off is no collapse, nor is a rail that still rises', () => {
  const { read } = judged();
  for (const [index, volts] of [0, 0.1, 0.3, 2, 4.9, 2.5, 2.5, 5].entries())
    assert.equal(read(10 * index, 0.1, volts), undefined);
});

test('over-current goes before the collapse that it causes', () => {
  const { read } = judged();
  read(100, 0.1);
  read(120, 3, 0.2);
  assert.equal(read(140, 3, 0.2)?.kind, 'over-current');
});

test('nothing is found while the switch is open, and the next closing begins anew', () => {
  const { judge, read } = judged();
  read(100, 2.4);
  judge.opened();
  assert.equal(judge.suspiciousSinceMs, undefined);
  assert.equal(read(120, 2.4), undefined);
  assert.equal(read(140, 0, 0), undefined);
  judge.closing();
  judge.closed(1000);
  assert.equal(read(1020, 2.4), undefined);
  assert.equal(read(1100, 2.4), undefined);
});

test('three failures in a row are a watch that is blind, where there is something to watch', () => {
  const { judge, read } = judged();
  const bus = new Error('bus');
  judge.failed(100, bus);
  judge.failed(120, bus);
  read(140, 0.1);
  judge.failed(160, bus);
  judge.failed(180, bus);
  assert.deepEqual(judge.failed(200, bus), { kind: 'unwatched', firstAtMs: 160, thrown: bus });
  const free = judged({ maxAmps: false }).judge;
  for (const atMs of [100, 120, 140, 160]) assert.equal(free.failed(atMs, bus), undefined);
});

test('without a limit any current is good', () => {
  const { read } = judged({ maxAmps: false });
  assert.equal(read(100, 40), undefined);
  assert.equal(read(120, 40), undefined);
});
