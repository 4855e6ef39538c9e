import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filterEdges } from '../../gpio/edges.js';

void test('without debouncing every change is heard at once and a repetition is not', () => {
  const heard: boolean[] = [];
  const filter = filterEdges(false, 0, (active) => heard.push(active));
  for (const active of [false, true, true, false]) filter.offer(active);
  assert.deepEqual(heard, [true, false]);
});

void test('a value is heard once it has stood for the debounce time', (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const heard: boolean[] = [];
  const filter = filterEdges(false, 20, (active) => heard.push(active));
  filter.offer(true);
  context.mock.timers.tick(19);
  filter.offer(false);
  context.mock.timers.tick(19);
  filter.offer(true);
  context.mock.timers.tick(19);
  assert.deepEqual(heard, []);
  context.mock.timers.tick(1);
  assert.deepEqual(heard, [true]);
});

void test('a value that is seen again and again stands from when it was seen first', (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const heard: boolean[] = [];
  const filter = filterEdges(false, 20, (active) => heard.push(active));
  for (let ms = 0; ms < 20; ms += 10) {
    filter.offer(true);
    context.mock.timers.tick(10);
  }
  assert.deepEqual(heard, [true]);
});

void test('a bounce that ends where it began is not heard', (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const heard: boolean[] = [];
  const filter = filterEdges(false, 20, (active) => heard.push(active));
  filter.offer(true);
  filter.offer(false);
  context.mock.timers.tick(100);
  assert.deepEqual(heard, []);
});

void test('a stopped filter lets nothing through, not even what was on its way', (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const heard: boolean[] = [];
  const filter = filterEdges(false, 20, (active) => heard.push(active));
  filter.offer(true);
  filter.stop();
  filter.offer(false);
  context.mock.timers.tick(100);
  assert.deepEqual(heard, []);
});
