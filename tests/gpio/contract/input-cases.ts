import assert from 'node:assert/strict';
import { listen } from './listen.js';
import { needed, type RegisterCase } from './host.js';

/** Longer than three changes from outside take on any machine that is not standing still. */
const debounceMs = 300;

/** Reading and watching. */
export function inputCases(contract: RegisterCase): void {
  contract('input', 'an input reads what drives it', async ({ backend, host }) => {
    const plain = await backend.openInput(host.input);
    const inverted = await backend.openInput({ ...host.input, activeLow: true });
    for (const level of [1, 0, 1] as const) {
      await host.drive(level);
      assert.equal(await plain.read(), level === 1);
      assert.equal(await inverted.read(), level === 0);
    }
    return { what: 'what drives it', codes: [] };
  });

  contract('edges', 'an input reports each change once, in order', async ({ backend, host }) => {
    await host.drive(0);
    const input = await backend.openInput(host.input);
    const heard = listen<boolean>();
    await input.watch(heard.hear);
    for (const level of [1, 0, 1] as const) {
      await host.drive(level);
      await heard.until((all) => all.at(-1) === (level === 1));
    }
    assert.deepEqual(heard.all, [true, false, true]);
    return { what: `each once, in order, ${needed(host.noticedBy, 'noticedBy')()}`, codes: [] };
  });

  contract('edges', 'a closed input reports nothing more', async ({ backend, host }) => {
    await host.drive(0);
    const [closed, open] = [await backend.openInput(host.input), await backend.openInput(host.input)];
    const [fromClosed, fromOpen] = [listen<boolean>(), listen<boolean>()];
    await closed.watch(fromClosed.hear);
    await open.watch(fromOpen.hear);
    await closed.close();
    await closed.close();
    await host.drive(1);
    await fromOpen.until((all) => all.length === 1);
    assert.deepEqual(fromClosed.all, []);
    return undefined;
  });

  contract('debounce', 'a debounced input reports only the value that stays', async ({ backend, host }) => {
    await host.drive(0);
    const input = await backend.openInput(host.input, { debounceMs });
    const heard = listen<boolean>();
    await input.watch(heard.hear);
    const began = performance.now();
    for (const level of [1, 0, 1] as const) await host.drive(level);
    const tookMs = performance.now() - began;
    await heard.until((all) => all.at(-1) === true);
    if (tookMs < debounceMs) assert.deepEqual(heard.all, [true]);
    return { what: 'only what stays', codes: [] };
  });
}
