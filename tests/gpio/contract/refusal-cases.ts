import assert from 'node:assert/strict';
import { listen } from './listen.js';
import { needed, type RegisterCase } from './host.js';

/** What must be refused or reported, and how it is named. */
export function refusalCases(contract: RegisterCase): void {
  contract('unknown', 'an unknown chip is refused by name', async ({ backend, host }) => {
    const address = { chip: 'no-such-chip', line: host.output.line };
    await assert.rejects(
      backend.openOutput(address, { initial: false }),
      /^RigError: LINE_NOT_FOUND: .*no-such-chip/,
    );
    await assert.rejects(backend.openInput(address), /LINE_NOT_FOUND/);
    return undefined;
  });

  contract(
    'unknown',
    'a line that the chip does not have is refused by number',
    async ({ backend, host }) => {
      const address = { chip: host.output.chip, line: 4711 };
      await assert.rejects(backend.openOutput(address, { initial: false }), /LINE_NOT_FOUND: .*4711/);
      await assert.rejects(backend.openInput(address), /LINE_NOT_FOUND/);
      return { what: 'refused by name', codes: ['LINE_NOT_FOUND'] };
    },
  );

  contract('stuck', 'an output that does not follow is reported', async ({ backend, host }) => {
    const line = await backend.openOutput(host.output, { initial: false });
    await needed(host.ground, 'ground')();
    await line.write(false);
    await assert.rejects(line.write(true), /LINE_READBACK: .*reads back 0/);
    await assert.rejects(backend.openOutput(host.output, { initial: true }), /LINE_READBACK/);
    return { what: 'reported', codes: ['LINE_READBACK'] };
  });

  contract(
    'busy',
    'a line that somebody else holds is refused with its holder',
    async ({ backend, host }) => {
      const { holder, release } = await needed(host.occupy, 'occupy')();
      try {
        const named = new RegExp(`LINE_BUSY: .*it is held by '${holder}'`);
        await assert.rejects(backend.openOutput(host.output, { initial: false }), named);
        await assert.rejects(backend.openInput(host.output), named);
      } finally {
        await release();
      }
      const line = await backend.openOutput(host.output, { initial: true });
      assert.equal(await line.read(), true);
      return { what: 'names the holder', codes: ['LINE_BUSY'] };
    },
  );

  contract('permission', 'a user without permission is told so', async ({ host }) => {
    const before = host.outputLevel();
    await needed(
      host.asStranger,
      'asStranger',
    )(async (backend) => {
      await assert.rejects(backend.openOutput(host.output, { initial: before === 0 }), /LINE_PERMISSION/);
      await assert.rejects(backend.openInput(host.input), /LINE_PERMISSION/);
    });
    assert.equal(host.outputLevel(), before);
    return { what: 'refused', codes: ['LINE_PERMISSION'] };
  });

  contract('lost', 'a line whose chip goes away is reported as lost', async ({ backend, host }) => {
    const output = await backend.openOutput(host.output, { initial: false });
    const input = await backend.openInput(host.input);
    await input.watch(listen<boolean>().hear);
    await needed(host.lose, 'lose')();
    await assert.rejects(output.write(true), /LINE_LOST/);
    await assert.rejects(output.read(), /LINE_LOST/);
    await assert.rejects(input.read(), /LINE_LOST/);
    await output.close();
    await input.close();
    return undefined;
  });

  contract('lost', 'a chip that is back is used again', async ({ backend, host }) => {
    await backend.openOutput(host.output, { initial: true });
    await needed(host.lose, 'lose')();
    await needed(host.restore, 'restore')();
    const again = await host.open();
    try {
      const line = await again.openOutput(host.output, { initial: false });
      for (const active of [true, false]) {
        await line.write(active);
        assert.equal(host.outputLevel(), active ? 1 : 0);
      }
    } finally {
      await again.close();
    }
    return { what: 'reported; used again once it is back', codes: ['LINE_LOST'] };
  });
}
