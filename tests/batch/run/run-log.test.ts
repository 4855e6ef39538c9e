import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Log, LogFields } from '../../../batch/run/log-file.js';
import { logRunEvents, type RunEntry } from '../../../batch/run/run-log.js';
import type { RunEvent } from '../../../core/run-event.js';
import { device, lease } from '../../fixtures/sample.js';

interface Line {
  level: string;
  text: string;
  fields: LogFields;
}

/** A run in which these things happen, and what is logged of it. */
function logged(happenings: (RunEvent | RunEntry)[], endAfter = happenings.length): Line[] {
  const lines: Line[] = [];
  const add =
    (level: string) =>
    (text: string, fields: LogFields = {}) => {
      const known = Object.entries(fields).filter(([, value]) => value !== undefined);
      lines.push({ level, text, fields: Object.fromEntries(known) });
    };
  const log: Log = {
    error: add('error'),
    warn: add('warn'),
    info: add('info'),
    debug: add('debug'),
    close: async () => undefined,
  };
  const events = new Set<(event: RunEvent) => void>();
  const entries = new Set<(entry: RunEntry) => void>();
  const end = logRunEvents(log, {
    onEvent: (listener) => (events.add(listener), () => void events.delete(listener)),
    onEntry: (listener) => (entries.add(listener), () => void entries.delete(listener)),
  });
  for (const [index, happening] of happenings.entries()) {
    if (index === endAfter) end();
    if ('data' in happening) for (const listener of entries) listener(happening);
    else for (const listener of events) listener(happening);
  }
  return lines;
}

const where = { station: 'station1', slot: 'slot1' };
const start: RunEntry = {
  type: 'attempt-start',
  data: { ...lease.header, unit: 17, serial: 'SN-0042', wave: 2 },
};

test('a unit is followed from its lease to its outcome, with its number in the batch', () => {
  const lines = logged([
    start,
    { ...where, type: 'lease', attempt: 1 },
    { ...where, type: 'step', step: 'detect', state: 'begin' },
    { ...where, type: 'device', device },
    { ...where, type: 'progress', doneBytes: 1, totalBytes: 2 },
    { ...where, type: 'outcome', outcome: 'pass', seconds: 12.5 },
  ]);
  const unit = { ...where, unit: 17, serial: 'SN-0042', wave: 2 };
  assert.deepEqual(lines, [
    { level: 'info', text: 'attempt 1 begins', fields: unit },
    { level: 'debug', text: 'step detect begins', fields: unit },
    { level: 'debug', text: `found ${device.description}`, fields: { ...unit, id: device.mac } },
    { level: 'info', text: 'pass', fields: { ...unit, outcome: 'pass', seconds: 12.5 } },
  ]);
});

test('a bad board is a warning, a bad rig an error, and both have their code', () => {
  const outcome = (outcome: 'fail' | 'error', code: string): RunEvent => {
    return { ...where, type: 'outcome', outcome, code, message: 'why', seconds: 1 };
  };
  const lines = logged([outcome('fail', 'BOOT_LOOP'), outcome('error', 'PORT_LOST')]);
  assert.deepEqual(
    lines.map(({ level, text, fields }) => [level, text, fields['code']]),
    [
      ['warn', 'fail: why', 'BOOT_LOOP'],
      ['error', 'error: why', 'PORT_LOST'],
    ],
  );
});

test('waves, gates, decisions and checkpoints are logged by their weight', () => {
  const ended = { wave: 2, state: 'end' as const, units: [1, 2, 3, 4] };
  const missed = { ...ended, successRate: 50, rollback: true };
  const lines = logged([
    { type: 'wave', data: { wave: 2, state: 'begin' } },
    { type: 'wave', data: { ...missed, verdict: 'missed' } },
    { type: 'wave', data: { ...missed, verdict: 'passed', successRate: 100, rollback: false } },
    { type: 'gate', data: { gate: 'maxFailureRate', then: 'pause', why: '50 % failed' } },
    { type: 'gate', data: { gate: 'consecutiveFailures', then: 'stop', why: '5 in a row' } },
    { type: 'control', data: { what: 'pause', by: 'gate', why: '50 % failed' } },
    { type: 'control', data: { what: 'resume', by: 'operator', why: '' } },
    { type: 'checkpoint', data: { id: 'cp-3', done: 30, units: 50 } },
  ]);
  assert.deepEqual(
    lines.map(({ level, text }) => `${level} ${text}`),
    [
      'info wave 2 begins',
      'warn wave 2 has missed: 50 % of 4 units passed; its units are given back what they held',
      'info wave 2 has passed: 100 % of 4 units passed',
      'warn gate maxFailureRate: 50 % failed',
      'error gate consecutiveFailures: 5 in a row',
      'warn pause by the gate: 50 % failed',
      'info resume by the operator',
      'info checkpoint cp-3: 30 of 50 units are done',
    ],
  );
});

test('what a batch does not act on, and what has changed since, are warnings', () => {
  const lines = logged([
    {
      type: 'batch',
      data: {
        id: 'lot-7',
        strategy: 'gradual',
        programme: 'provision',
        units: 50,
        inputs: {},
        changed: ['release demo-1.2.0'],
        notices: ['ota_service_url: no service is asked'],
        pending: 40,
        inHand: [11, 12],
      },
    },
  ]);
  assert.deepEqual(
    lines.map(({ level, text }) => `${level} ${text}`),
    [
      'info batch lot-7: 40 of 50 units are to be done',
      'warn ota_service_url: no service is asked',
      'warn changed since the run before: release demo-1.2.0',
      'warn in hand when the run before died: units 11, 12',
    ],
  );
});

test('an output that is not off is an error', () => {
  const line = { ...where, role: 'power', line: 'relays 1' } as const;
  const lines = logged([
    { type: 'safe', data: { lines: [{ ...line, state: 'inactive' }] } },
    { type: 'safe', data: { lines: [{ ...line, state: 'unknown', reason: 'gone' }] } },
  ]);
  assert.deepEqual(
    lines.map(({ level, text }) => `${level} ${text}`),
    ['debug every output was read back as off', 'error not off: relays 1 (unknown)'],
  );
});

test('a log that has ended hears nothing more', () => {
  const event: RunEvent = { ...where, type: 'waits', what: 'close the lid' };
  assert.equal(logged([event, event, start, event], 2).length, 2);
});
