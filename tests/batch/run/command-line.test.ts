import { test } from 'node:test';
import assert from 'node:assert/strict';
import { namesProgramme, readCommandLine, selects } from '../../../batch/run/command-line.js';

test('--project selects its station, in every way that Playwright takes it', () => {
  for (const line of [
    'test --project=station1',
    'test --project station1',
    'test --project=STATION1',
    'test --project=*1',
  ]) {
    const selection = readCommandLine(line.split(' '));
    assert.equal(selects(selection, 'station1'), true, line);
    assert.equal(selects(selection, 'station2'), false, line);
  }
});

test('without --project every station is part of the run', () => {
  assert.equal(selects(readCommandLine(['test']), 'station7'), true);
});

test('a dot in a project name stands for itself', () => {
  assert.equal(selects(readCommandLine(['test', '--project=a.b']), 'axb'), false);
});

test('a programme that the station file does not list runs when the command line names it', () => {
  assert.equal(namesProgramme(readCommandLine(['test', '--project=station1', 'detect']), 'detect'), true);
  assert.equal(namesProgramme(readCommandLine(['test', '-g', 'detect']), 'detect'), true);
  assert.equal(namesProgramme(readCommandLine(['test', '--grep=detect']), 'detect'), true);
  assert.equal(namesProgramme(readCommandLine(['test', 'specs/detect.spec.ts']), 'detect'), true);
});

test('a station name or a longer word does not name a programme', () => {
  assert.equal(namesProgramme(readCommandLine(['test', '--project=detect']), 'detect'), false);
  assert.equal(namesProgramme(readCommandLine(['test', '-g', '@slot3']), 'detect'), false);
  assert.equal(namesProgramme(readCommandLine(['test', 'detector']), 'detect'), false);
});

test('--list is seen', () => {
  assert.equal(readCommandLine(['test', '--list']).listing, true);
});

test('--last-failed is told from other options', () => {
  assert.equal(readCommandLine(['test', '--last-failed']).lastFailed, true);
  assert.equal(readCommandLine(['test', '--list']).lastFailed, false);
});
