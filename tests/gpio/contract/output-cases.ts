import assert from 'node:assert/strict';
import type { RegisterCase } from './host.js';

/** Values, levels and edges of outputs. */
export function outputCases(contract: RegisterCase): void {
  contract(
    'glitchFree',
    'an output has its initial value without passing through the other one',
    async ({ backend, host }) => {
      for (const before of [false, true]) {
        for (const initial of [false, true]) {
          const first = await backend.openOutput(host.output, { initial: before });
          await first.close();
          const changes = host.outputChanges();
          const line = await backend.openOutput(host.output, { initial });
          host.catchUp?.();
          assert.deepEqual(changes, before === initial ? [] : [initial ? 1 : 0]);
          assert.equal(await line.read(), initial);
          await line.close();
        }
      }
      return { what: 'one edge when the level changes, else none', codes: [] };
    },
  );

  contract('glitchFree', 'each write that changes the level is one edge', async ({ backend, host }) => {
    const line = await backend.openOutput(host.output, { initial: false });
    const changes = host.outputChanges();
    for (const active of [true, true, false, false, true]) await line.write(active);
    host.catchUp?.();
    assert.deepEqual(changes, [1, 0, 1]);
    return undefined;
  });

  contract('asIs', 'a line taken as it is keeps its level until it is written', async ({ backend, host }) => {
    const owner = await backend.openOutput(host.output, { initial: true });
    const changes = host.outputChanges();
    const line = await backend.openOutput(host.output, { initial: 'as-is' });
    assert.equal(await line.read(), true);
    host.catchUp?.();
    assert.deepEqual(changes, []);
    await line.write(false);
    host.catchUp?.();
    assert.deepEqual(changes, [0]);
    assert.equal(await owner.read(), false);
    return { what: 'no edge until it is written', codes: [] };
  });

  contract(
    'asIs',
    'a line that nobody has made an output becomes one at the first write',
    async ({ backend, host }) => {
      const line = await backend.openOutput(host.output, { initial: 'as-is' });
      const before = host.outputLevel();
      assert.equal(await line.read(), before === 1);
      await line.write(before === 0);
      assert.equal(host.outputLevel(), 1 - before);
      assert.equal(await line.read(), before === 0);
      return undefined;
    },
  );

  contract('readBack', 'a written value is the one that reads back', async ({ backend, host }) => {
    const line = await backend.openOutput(host.output, { initial: false });
    for (const active of [true, false, true]) {
      await line.write(active);
      assert.equal(host.outputLevel(), active ? 1 : 0);
      assert.equal(await line.read(), active);
    }
    return { what: 'from the chip', codes: [] };
  });

  contract('activeLow', 'an active-low output is low while it is active', async ({ backend, host }) => {
    const before = host.outputLevel();
    const changes = host.outputChanges();
    const line = await backend.openOutput({ ...host.output, activeLow: true }, { initial: false });
    assert.equal(host.outputLevel(), 1);
    await line.write(true);
    assert.equal(host.outputLevel(), 0);
    assert.equal(await line.read(), true);
    host.catchUp?.();
    assert.deepEqual(changes, before === 1 ? [0] : [1, 0]);
    return { what: 'low while active', codes: [] };
  });

  contract('closed', 'closing a line leaves its level, and may be done twice', async ({ backend, host }) => {
    const line = await backend.openOutput(host.output, { initial: true });
    const changes = host.outputChanges();
    await line.close();
    await line.close();
    await assert.rejects(line.write(false), /used after it was closed/);
    host.catchUp?.();
    assert.deepEqual(changes, []);
    assert.equal(host.outputLevel(), 1);
    return { what: 'stays driven', codes: [] };
  });

  contract(
    'closed',
    'closing the backend closes its lines, leaves their levels, and may be done twice',
    async ({ backend, host }) => {
      const line = await backend.openOutput(host.output, { initial: true });
      const changes = host.outputChanges();
      await backend.close();
      await backend.close();
      await assert.rejects(line.write(false));
      await assert.rejects(backend.openOutput(host.output, { initial: false }));
      host.catchUp?.();
      assert.deepEqual(changes, []);
      assert.equal(host.outputLevel(), 1);
      return undefined;
    },
  );
}
