import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { openBackend } from '../../gpio/backend.js';
import type { LineBackend } from '../../gpio/line.js';
import { openOperatorLines, type OperatorLines } from '../../gpio/operator-lines.js';
import { serveBenchLines, type BenchLinesServer } from './bench-lines-server.js';
import { listen } from './line-contract.js';

const chip = 'panel';
const lid = { chip, line: 0 };
const emergencyStop = { chip, line: 1, activeLow: true };
const start = { chip, line: 2 };
const debounceMs = 20;

let server: BenchLinesServer;
let backend: LineBackend;
let lines: OperatorLines;
const told = listen<string>();

const set = ({ line }: { line: number }, level: 0 | 1) => server.bank.drive(chip, line, level);
const state = () => {
  const { by, lost } = lines.hindrance() ?? {};
  return lost ? `${by ?? ''} ${lost.code}` : (by ?? 'none');
};
const open = async () => {
  lines = await openOperatorLines(
    backend,
    {
      lid: { ...lid, debounceMs },
      emergencyStop: { ...emergencyStop, debounceMs },
      start: { ...start, debounceMs },
    },
    { onChange: () => told.hear(state()), onStart: () => told.hear('start') },
  );
};
const next = async (what: string) => {
  await told.until((all) => all.at(-1) === what);
  return [...told.all];
};

beforeEach(async () => {
  told.all.length = 0;
  server = await serveBenchLines([lid, emergencyStop, start]);
  backend = await openBackend(server.spec);
  set(lid, 1);
  set(emergencyStop, 1);
});
afterEach(async () => {
  await lines.close();
  await backend.close();
  await server.close();
});

describe('the lines of an operator', () => {
  test('know from the beginning what is open and pressed, the emergency stop first', async () => {
    set(lid, 0);
    set(emergencyStop, 0);
    await open();
    assert.equal(state(), 'emergencyStop');
    assert.deepEqual(lines.hindrance()?.address, emergencyStop);
    set(emergencyStop, 1);
    await next('lid');
    set(lid, 1);
    assert.deepEqual(await next('none'), ['lid', 'none']);
  });

  test('tell of a lid that opens, and of one that has stayed closed', async () => {
    await open();
    assert.equal(state(), 'none');
    set(lid, 0);
    await next('lid');
    set(lid, 1);
    assert.deepEqual(await next('none'), ['lid', 'none']);
  });

  test('take no notice of a spike', async () => {
    await open();
    for (let spike = 0; spike < 20; spike += 1) {
      set(lid, 0);
      set(lid, 1);
    }
    // What comes next would come after the spikes had been told.
    set(emergencyStop, 0);
    assert.deepEqual(await next('emergencyStop'), ['emergencyStop']);
  });

  test('take a contact that bounces open for open, and for closed only once it rests', async () => {
    await open();
    for (const level of [0, 1, 0, 1, 0] as const) set(lid, level);
    await next('lid');
    for (const level of [1, 0, 1, 0, 1] as const) set(lid, level);
    assert.deepEqual(await next('none'), ['lid', 'none']);
  });

  test('find by reading what no edge has told', async () => {
    await open();
    // As on a chip that has lost an interrupt.
    const deaf: Pick<LineBackend, 'openInput'> = {
      async openInput(...how) {
        const input = await backend.openInput(...how);
        return { ...input, watch: () => Promise.resolve() };
      },
    };
    const heard = listen<string>();
    const second = await openOperatorLines(
      deaf,
      { lid: { ...lid, debounceMs } },
      { onChange: () => heard.hear(second.hindrance()?.by ?? 'none'), onStart: () => undefined },
    );
    set(lid, 0);
    await heard.until((all) => all.includes('lid'));
    set(lid, 1);
    await heard.until((all) => all.at(-1) === 'none');
    set(lid, 0);
    assert.equal((await second.look())?.by, 'lid');
    await second.close();
  });

  test('count a line that is lost as open or pressed, and say that it is lost', async () => {
    await open();
    await server.stop();
    await next('emergencyStop LINE_LOST');
    assert.match(lines.hindrance()?.lost?.message ?? '', /LINE_LOST: no virtual bench/);
  });

  test('hear the start button when it goes down, not when it was down already', async () => {
    set(start, 1);
    await open();
    set(start, 0);
    set(emergencyStop, 0);
    await next('emergencyStop');
    set(emergencyStop, 1);
    await next('none');
    assert.ok(!told.all.includes('start'));
    set(start, 1);
    await next('start');
  });

  test('tell nothing once they are closed', async () => {
    await open();
    await lines.close();
    await lines.close();
    set(lid, 0);
    await server.until((bank) => bank.read(chip, lid.line).level === 0);
    assert.deepEqual(told.all, []);
  });

  test('are refused for a line that does not exist', async () => {
    await open();
    const unknown = { lid: { chip, line: 9, debounceMs } };
    const listeners = { onChange: () => undefined, onStart: () => undefined };
    await assert.rejects(openOperatorLines(backend, unknown, listeners), /LINE_NOT_FOUND/);
  });
});
