import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { pollUntil } from '../../core/deadline.js';
import type { RpcClient } from '../../core/rpc.js';
import type { BenchBoard } from '../../rigs/bench-swaps.js';
import type { BenchPlan, BenchSlot } from '../../rigs/bench.js';
import { startBenchProcess } from './bench-process.js';
import { chip, slotWith, smallRelease } from './board-rig.js';
import { openHost } from './host.js';

const meter = { hwmon: '/sys/class/hwmon/hwmon3', volts: 'in1_input', amps: 'curr1_input' };
const pass = { chip, line: 3 };
const fail = { chip, line: 4 };

/** With two lamps, which both say that the slot is busy, as station1 has them. */
function lampSlot(): BenchSlot {
  return { ...slotWith(), meter, lamps: [pass, fail], result: { pass, fail } };
}

interface Rig {
  client: RpcClient;
  serialPath: string;
  boards(): Promise<BenchBoard[]>;
  power(on: boolean): Promise<void>;
  lamps(lit: { pass: boolean; fail: boolean }): Promise<void>;
  /** Waits until as many boards were made and that many are in. */
  until(count: number, isIn: boolean): Promise<BenchBoard[]>;
  provision(): Promise<void>;
  log(): Promise<string>;
}

async function start(
  t: TestContext,
  options: { slot?: BenchSlot } & Partial<Pick<BenchPlan, 'swaps' | 'deal'>> = {},
): Promise<Rig> {
  const { slot = lampSlot(), ...plan } = options;
  const bench = await startBenchProcess(t, { slots: [slot], ...plan });
  const client = await bench.connect();
  const boards = () => client.request<BenchBoard[]>('boards', {});
  const put = (line: number, level: 0 | 1) => client.request('line.output', { chip, line, level });
  return {
    client,
    serialPath: bench.state.slots['slot1']?.serialPath ?? '',
    boards,
    power: async (on) => void (await put(0, on ? 0 : 1)),
    async lamps(lit) {
      await put(pass.line, lit.pass ? 1 : 0);
      await put(fail.line, lit.fail ? 1 : 0);
    },
    until: (count, isIn) =>
      pollUntil(
        async () => {
          const all = await boards();
          return all.length === count && all.at(-1)?.isIn === isIn ? all : undefined;
        },
        {
          intervalMs: 10,
          timeoutMs: 5000,
          onTimeout: () => new Error(`no ${count} boards, last in: ${isIn}`),
        },
      ),
    async provision() {
      for (const { offset, bytes } of smallRelease()) {
        const base64 = Buffer.from(bytes).toString('base64');
        await client.request('flash.write', { slot: 'slot1', offset, base64 });
      }
    },
    log: bench.log,
  };
}

describe('a board that is swapped by hand', { concurrency: 3 }, () => {
  it('is another one, with a blank flash, on the same port', async (t) => {
    const rig = await start(t);
    await rig.provision();
    const [first] = await rig.boards();
    assert.deepEqual(first, {
      ...{ slot: 'slot1', mac: '24:6f:28:11:00:01', count: 1, unit: 1, version: '1.2.0' },
      ...{ isIn: true, isTouched: false },
    });
    const host = await openHost(rig.serialPath);
    t.after(() => host.close());
    await rig.power(true);
    await host.until(/App version: +1\.2\.0\n[^]*console ready/);
    await rig.power(false);
    const second = await rig.client.request<BenchBoard>('slot.swap', { slot: 'slot1' });
    assert.equal(second.version, undefined);
    assert.notEqual(second.mac, first?.mac);
    assert.deepEqual(await rig.boards(), [{ ...first, isIn: false }, second]);
    host.clear();
    await rig.power(true);
    await host.until(/invalid header: 0xffffffff/);
  });

  it('leaves an empty nest, in which nothing answers and nothing draws current', async (t) => {
    const rig = await start(t);
    await rig.provision();
    await rig.client.request('slot.swap', { slot: 'slot1', only: 'out' });
    const host = await openHost(rig.serialPath);
    t.after(() => host.close());
    await rig.power(true);
    await pollUntil(async () => (await rig.log()).includes('slot1: no board') || undefined, {
      ...{ intervalMs: 10, timeoutMs: 3000, onTimeout: () => new Error('the nest is not empty') },
    });
    assert.equal(host.text(), '');
    const { slot } = { slot: 'slot1' };
    await assert.rejects(rig.client.request('slot.swap', { slot }), /there is no board in slot1/);
    await assert.rejects(rig.client.request('flash.read', { slot, offset: 0, sizeBytes: 4 }), /no board/);
    await rig.client.request('slot.swap', { slot, only: 'in' });
    await assert.rejects(rig.client.request('slot.swap', { slot, only: 'in' }), /take it out first/);
    await host.until(/invalid header: 0xffffffff/);
  });

  it('starts at once where the slot has power', async (t) => {
    const rig = await start(t);
    const host = await openHost(rig.serialPath);
    t.after(() => host.close());
    await rig.power(true);
    await host.until(/invalid header: 0xffffffff/);
    host.clear();
    await rig.client.request('slot.swap', { slot: 'slot1' });
    await host.until(/rst:0x1 \(POWERON_RESET\)/);
  });

  it('has the faults that are dealt to it', async (t) => {
    const faults = [
      { kind: 'duplicate-mac' as const, mac: '24:6f:28:99:99:99', units: [2] },
      { kind: 'dead' as const, slots: ['slot1'], units: [3] },
    ];
    const rig = await start(t, { deal: { seed: 1, faults } });
    const second = await rig.client.request<BenchBoard>('slot.swap', { slot: 'slot1' });
    assert.equal(second.mac, '24:6f:28:99:99:99');
    await rig.client.request('slot.swap', { slot: 'slot1' });
    await rig.power(true);
    await pollUntil(async () => (await rig.log()).includes('slot1: dead') || undefined, {
      ...{ intervalMs: 10, timeoutMs: 3000, onTimeout: () => new Error('the third board is not dead') },
    });
  });

  it('cannot be a device on the network', async (t) => {
    const rig = await start(t, { slot: { ...slotWith(), network: {} } });
    await assert.rejects(
      rig.client.request('slot.swap', { slot: 'slot1' }),
      /CONFIG_INVALID: slot1 cannot be swapped: it is a device on the network/,
    );
  });
});

describe('the virtual operator', { concurrency: 3 }, () => {
  it('swaps the board when one lamp stays of both, and not before', async (t) => {
    const rig = await start(t, { swaps: { emptyMs: 50, boards: 2 } });
    // The start of a unit, as a slot without a busy lamp shows it.
    await rig.lamps({ pass: true, fail: true });
    await rig.power(true);
    await rig.power(false);
    assert.equal((await rig.boards()).length, 1);
    await rig.lamps({ pass: true, fail: false });
    const [first, second] = await rig.until(2, true);
    assert.equal(first?.isIn, false);
    assert.equal(second?.count, 2);
    await rig.lamps({ pass: true, fail: true });
    await rig.lamps({ pass: false, fail: true });
    const all = await rig.until(2, false);
    assert.deepEqual(
      all.map(({ isIn }) => isIn),
      [false, false],
    );
    assert.match(await rig.log(), /slot1: board 2 was the last one/);
  });

  it('needs no lamp to go dark where busy has a lamp of its own', async (t) => {
    const busy = { chip, line: 5 };
    const slot = { ...lampSlot(), lamps: [pass, fail, busy], result: { pass, fail, busy } };
    const rig = await start(t, { slot, swaps: { emptyMs: 0 } });
    await rig.client.request('line.output', { ...busy, level: 1 });
    await rig.lamps({ pass: true, fail: false });
    await rig.until(2, true);
  });
});
