import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createTurns } from '../../../batch/coordinator/turns.js';

const never = new AbortController().signal;
/** Everything that can go on without waiting has gone on. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('a resource', () => {
  test('has as many places as its capacity, given in the order of asking', async () => {
    const turns = createTurns();
    const order: string[] = [];
    const take = async (name: string) => {
      const place = await turns.take('usb', 2, never);
      order.push(name);
      return place;
    };
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(take);
    await settle();
    assert.deepEqual(order, ['a', 'b']);
    (await b)?.giveBack();
    (await b)?.giveBack();
    await settle();
    assert.deepEqual(order, ['a', 'b', 'c']);
    (await a)?.giveBack();
    (await c)?.giveBack();
    await d;
    assert.deepEqual(order, ['a', 'b', 'c', 'd']);
  });

  test('is not blocked by one who went away while waiting', async () => {
    const turns = createTurns();
    const first = await turns.take('usb', 1, never);
    const gone = new AbortController();
    const second = turns.take('usb', 1, gone.signal);
    const third = turns.take('usb', 1, never);
    gone.abort();
    await assert.rejects(second, /ABORTED/);
    await assert.rejects(turns.take('usb', 1, gone.signal), /ABORTED/);
    first.giveBack();
    assert.ok((await third).waitedMs >= 0);
  });

  test('has nothing to do with one of another name', async () => {
    const turns = createTurns();
    await turns.take('usb', 1, never);
    assert.equal((await turns.take('meter', 1, never)).waitedMs, 0);
  });
});

describe('a turn', () => {
  test('comes a spacing after the one before, whoever asks', async () => {
    const turns = createTurns();
    const startedAt = performance.now();
    const times = await Promise.all(
      [1, 2, 3].map(async () => {
        await turns.turn('power', 30, never);
        return performance.now() - startedAt;
      }),
    );
    // Timers may fire up to 1 ms early.
    assert.ok((times[1] ?? 0) >= 29 && (times[2] ?? 0) >= 59, times.join());
  });

  test('ends its wait when the asker goes away', async () => {
    const turns = createTurns();
    await turns.turn('power', 60_000, never);
    const gone = new AbortController();
    const waiting = turns.turn('power', 60_000, gone.signal);
    gone.abort();
    await assert.rejects(waiting, /ABORTED/);
  });
});
