import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { LineAddress, LineBackend } from '../../gpio/line.js';

/** What the contract needs of a host: one free output, one input that can be driven from outside, and a view of both. */
export interface LineHost {
  open(): Promise<LineBackend>;
  output: LineAddress;
  input: LineAddress;
  /** Drives the input from outside. */
  drive(level: 0 | 1): Promise<void>;
  /** The output's electrical level, seen from outside. */
  outputLevel(): 0 | 1;
  /** Every electrical change of the output from now on, seen from outside. */
  outputChanges(): (0 | 1)[];
  /** Takes the chip or its server away; left out where that cannot be done. */
  lose?(): Promise<void>;
  close(): Promise<void>;
}

/** What every line backend keeps; `start` gives a fresh host. */
export function lineContract(name: string, start: () => Promise<LineHost>): void {
  const contract = (
    behaviour: string,
    body: (backend: LineBackend, host: LineHost, t: TestContext) => Promise<void>,
  ): void => {
    void test(`${name}: ${behaviour}`, { timeout: 20_000 }, async (t) => {
      const host = await start();
      try {
        const backend = await host.open();
        try {
          await body(backend, host, t);
        } finally {
          await backend.close();
        }
      } finally {
        await host.close();
      }
    });
  };

  contract('an output has its initial value without passing through the other one', async (backend, host) => {
    for (const before of [false, true]) {
      for (const initial of [false, true]) {
        const first = await backend.openOutput(host.output, { initial: before });
        await first.close();
        const changes = host.outputChanges();
        const line = await backend.openOutput(host.output, { initial });
        assert.deepEqual(changes, before === initial ? [] : [initial ? 1 : 0]);
        assert.equal(await line.read(), initial);
        await line.close();
      }
    }
  });

  contract('a line taken as it is keeps its level until it is written', async (backend, host) => {
    const owner = await backend.openOutput(host.output, { initial: true });
    const changes = host.outputChanges();
    const line = await backend.openOutput(host.output, { initial: 'as-is' });
    assert.equal(await line.read(), true);
    assert.deepEqual(changes, []);
    await line.write(false);
    assert.deepEqual(changes, [0]);
    assert.equal(await owner.read(), false);
  });

  contract('a line that nobody has made an output becomes one at the first write', async (backend, host) => {
    const line = await backend.openOutput(host.output, { initial: 'as-is' });
    await line.write(true);
    assert.equal(host.outputLevel(), 1);
    assert.equal(await line.read(), true);
  });

  contract('a written value is the one that reads back', async (backend, host) => {
    const line = await backend.openOutput(host.output, { initial: false });
    for (const active of [true, false, true]) {
      await line.write(active);
      assert.equal(host.outputLevel(), active ? 1 : 0);
      assert.equal(await line.read(), active);
    }
  });

  contract('an active-low output is low while it is active', async (backend, host) => {
    const changes = host.outputChanges();
    const line = await backend.openOutput({ ...host.output, activeLow: true }, { initial: false });
    assert.equal(host.outputLevel(), 1);
    await line.write(true);
    assert.equal(host.outputLevel(), 0);
    assert.equal(await line.read(), true);
    assert.deepEqual(changes, [1, 0]);
  });

  contract('closing a line leaves its level, and may be done twice', async (backend, host) => {
    const line = await backend.openOutput(host.output, { initial: true });
    await line.close();
    await line.close();
    assert.equal(host.outputLevel(), 1);
    await assert.rejects(line.write(false), /used after it was closed/);
    assert.equal(host.outputLevel(), 1);
  });

  contract(
    'closing the backend closes its lines, leaves their levels, and may be done twice',
    async (backend, host) => {
      const line = await backend.openOutput(host.output, { initial: true });
      await backend.close();
      await backend.close();
      assert.equal(host.outputLevel(), 1);
      await assert.rejects(line.write(false));
      await assert.rejects(backend.openOutput(host.output, { initial: false }));
      assert.equal(host.outputLevel(), 1);
    },
  );

  contract('an input reads what drives it', async (backend, host) => {
    const plain = await backend.openInput(host.input);
    const inverted = await backend.openInput({ ...host.input, activeLow: true });
    for (const level of [1, 0, 1] as const) {
      await host.drive(level);
      assert.equal(await plain.read(), level === 1);
      assert.equal(await inverted.read(), level === 0);
    }
  });

  contract('an input reports each change once, in order', async (backend, host) => {
    await host.drive(0);
    const input = await backend.openInput(host.input);
    const heard = listen<boolean>();
    await input.watch(heard.hear);
    for (const level of [1, 0, 1] as const) {
      await host.drive(level);
      await heard.until((all) => all.at(-1) === (level === 1));
    }
    assert.deepEqual(heard.all, [true, false, true]);
  });

  contract('a closed input reports nothing more', async (backend, host) => {
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
  });

  contract('a debounced input reports the value that stays', async (backend, host) => {
    await host.drive(0);
    const input = await backend.openInput(host.input, { debounceMs: 20 });
    const heard = listen<boolean>();
    await input.watch(heard.hear);
    for (const level of [1, 0, 1] as const) await host.drive(level);
    await heard.until((all) => all.at(-1) === true);
  });

  contract('an unknown chip is refused by name', async (backend, host) => {
    const address = { chip: 'no-such-chip', line: host.output.line };
    await assert.rejects(
      backend.openOutput(address, { initial: false }),
      /^RigError: LINE_NOT_FOUND: .*no-such-chip/,
    );
    await assert.rejects(backend.openInput(address), /LINE_NOT_FOUND/);
  });

  contract('a line that the chip does not have is refused by number', async (backend, host) => {
    const address = { chip: host.output.chip, line: 4711 };
    await assert.rejects(backend.openOutput(address, { initial: false }), /LINE_NOT_FOUND: .*4711/);
    await assert.rejects(backend.openInput(address), /LINE_NOT_FOUND/);
  });

  contract('a line whose chip goes away is reported as lost', async (backend, host, t) => {
    if (host.lose === undefined) return t.skip('the chip of this host cannot be taken away');
    const output = await backend.openOutput(host.output, { initial: false });
    const input = await backend.openInput(host.input);
    await host.lose();
    await assert.rejects(output.write(true), /LINE_LOST/);
    await assert.rejects(output.read(), /LINE_LOST/);
    await assert.rejects(input.read(), /LINE_LOST/);
    await output.close();
  });
}

/** Collects values, and waits until they fit. */
export function listen<T>(): {
  all: T[];
  hear: (value: T) => void;
  until(fits: (all: T[]) => boolean): Promise<void>;
} {
  const all: T[] = [];
  let look = (): void => undefined;
  return {
    all,
    hear(value) {
      all.push(value);
      look();
    },
    until: (fits) =>
      new Promise((resolve) => {
        look = () => {
          if (fits(all)) resolve();
        };
        look();
      }),
  };
}
