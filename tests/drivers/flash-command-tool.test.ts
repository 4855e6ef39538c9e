import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pollUntil } from '../../core/deadline.js';
import type { CommandTool, ToolCall } from '../../drivers/flash/command/command-tool.js';
import type { FlashDriver, FlashDriverOptions, FlashProgress } from '../../drivers/flash/flash-driver.js';
import { openFlashDriver } from '../../drivers/flash/open-flash-driver.js';
import { failureOf, imageFolder, noise } from './flash-rig.js';

/** A call of a tool that is a line of shell; `{…}` become its arguments $1, $2, … */
function call(script: string, more: Partial<ToolCall> = {}, ...words: string[]): ToolCall {
  return {
    args: ['sh', '-c', script, 'tool', ...words],
    success: '^done$',
    errors: [],
    exitCodes: [0],
    timeoutMs: 20_000,
    silenceMs: 10_000,
    ...more,
  };
}

const said = call('echo done');

describe('a tool that a board file describes', { concurrency: 4 }, () => {
  const images = imageFolder();
  const app = images.add('app', 0x1000, noise(8192));
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rig-tool-'));
  });
  after(async () => {
    images.remove();
    await rm(folder, { recursive: true, force: true });
  });

  interface Stand {
    driver: FlashDriver;
    entered: () => number;
    lines: string[];
  }
  const use = async (
    tool: Partial<CommandTool>,
    run: (stand: Stand) => Promise<void>,
    more: Partial<FlashDriverOptions> = {},
  ) => {
    let entered = 0;
    const lines: string[] = [];
    const driver = await openFlashDriver('command', {
      command: { install: 'apt-get install it', args: [], errors: [], write: said, ...tool },
      chip: 'stm32f103',
      baudRate: 57_600,
      enterLoader: async () => void (entered += 1),
      log: (line) => lines.push(line),
      ...more,
    });
    try {
      await run({ driver, entered: () => entered, lines });
    } finally {
      await driver.close();
    }
  };
  const writeFails = (write: ToolCall, says: RegExp, more: Partial<CommandTool> = {}) =>
    use({ write, ...more }, async ({ driver }) => {
      const { error } = await failureOf(driver.write([app]));
      assert.match(error.message, says);
    });

  it('gets its arguments as they are, with everything filled in', () =>
    use(
      {
        args: [process.execPath, '-e', 'console.log(JSON.stringify(process.argv.slice(1)), "\\ndone")', '--'],
        write: {
          ...said,
          args: [
            '$(reboot) "`|',
            'at={offset}:{address}',
            '{size}',
            '{file}',
            '{chip}@{baudRate}',
            '{host}',
            '{drive}',
          ],
        },
      },
      async ({ driver, lines, entered }) => {
        await driver.write([app]);
        assert.deepEqual(JSON.parse(lines[0] ?? ''), [
          ...[
            '$(reboot) "`|',
            'at=0x1000:0x08001000',
            '8192',
            app.path,
            'stm32f103@57600',
            '10.0.0.7',
            '/media/x',
          ],
        ]);
        assert.equal(entered(), 1);
      },
      {
        network: { host: '10.0.0.7', ports: { http: 80, ota: 3232, ssh: 22, console: 23 } },
        drive: '/media/x',
      },
    ));

  it('is not started with arguments that nothing can be filled into', async () => {
    for (const [word, says] of [
      ['{fiel}', /^CONFIG_INVALID: \{fiel\} in the argument "\{fiel\}" of flash\.command means nothing/],
      ['--at={port}', /^CONFIG_INVALID: \{port\} .*stands for the slot’s serial port, and there is none/],
    ] as const) {
      await use({ write: call('echo done', {}, word) }, async ({ driver, entered }) => {
        assert.match((await failureOf(driver.write([app]))).error.message, says);
        assert.equal(entered(), 0);
      });
    }
  });

  it('has failed when it ends well without the line of success', () =>
    writeFails(
      call('echo working; echo almost done'),
      /^TOOL_FAILED: sh -c .* ended with 0 while writing app at 0x1000, but printed no line that matches "\^done\$":\nworking\nalmost done$/s,
    ));

  it('has failed when it prints success and ends badly', () =>
    writeFails(
      call('echo done; exit 3'),
      /^TOOL_FAILED: .* ended with 3 while writing app at 0x1000:\ndone$/s,
    ));

  it('may end with other codes that are good', () =>
    use({ write: call('echo done; exit 3', { exitCodes: [0, 3] }) }, async ({ driver }) => {
      assert.equal((await driver.write([app])).sizeBytes, 8192);
    }));

  it('has failed by a line that says so, whatever else it says', () =>
    writeFails(
      call('echo "page 7: write error"; echo done', {
        errors: [{ pattern: 'write error', code: 'FLASH_WRITE_FAILED' }],
      }),
      /^FLASH_WRITE_FAILED: page 7: write error \(while writing app at 0x1000\)$/,
    ));

  it('is held to the errors of all its calls before those of one', () =>
    writeFails(
      call('echo "error: port went away"', { errors: [{ pattern: '^error', code: 'FLASH_WRITE_FAILED' }] }),
      /^PORT_LOST: error: port went away/,
      { errors: [{ pattern: 'went away', code: 'PORT_LOST' }] },
    ));

  it('is ended when it tries again for ever after an error', async () => {
    const startedAt = performance.now();
    await writeFails(
      call('while :; do echo "no answer, trying again"; sleep 0.05; done', {
        errors: [{ pattern: 'no answer', code: 'DUT_SILENT' }],
      }),
      /^DUT_SILENT: no answer, trying again/,
    );
    assert.ok(performance.now() - startedAt < 5000);
  });

  it('is killed with all that it started when it falls silent', async () => {
    const pids = join(folder, 'silent.pids');
    await use(
      {
        write: call(`echo half; sleep 60 & echo $$ $! > ${pids}; wait`, { silenceMs: 300 }),
      },
      async ({ driver }) => {
        const { error } = await failureOf(driver.write([app]));
        assert.match(
          error.message,
          /^FLASH_STALLED: sh printed nothing for 300 ms while writing app at 0x1000; .*\nhalf$/s,
        );
      },
    );
    await untilDead(pids);
  });

  it('is killed at its deadline', async () => {
    const pids = join(folder, 'late.pids');
    const script = `echo $$ > ${pids}; while :; do echo busy; sleep 0.05; done`;
    await writeFails(call(script, { timeoutMs: 500 }), /^TOOL_TIMEOUT: .*did not end within 500 ms/);
    await untilDead(pids);
  });

  it('that is not installed is named with what installs it', () =>
    writeFails(
      { ...said, args: ['no-such-flasher', 'write'] },
      /^TOOL_MISSING: no-such-flasher .*apt-get install it/,
    ));

  it('says how far it is, in percent or in bytes', async () => {
    const seen = async (write: ToolCall) => {
      const done: FlashProgress[] = [];
      await use({ write }, async ({ driver }) => {
        await driver.write([app, { ...app, name: 'again' }], {
          onProgress: (progress) => done.push(progress),
        });
      });
      return done.map(({ image, doneBytes, totalBytes }) => `${image} ${doneBytes}/${totalBytes}`);
    };
    const percents = call("printf '10 %%\\r50.5 %%\\r5 %%\\n'; echo done", {
      progress: '^(?<percent>[0-9.]+) %',
    });
    const bytes = call('echo wrote 100; echo wrote 9000; echo done', { progress: 'wrote (?<bytes>[0-9]+)' });
    assert.deepEqual(await seen(percents), [
      ...['app 819/16384', 'app 4136/16384', 'app 4136/16384', 'app 8192/16384'],
      ...['again 9011/16384', 'again 12328/16384', 'again 12328/16384', 'again 16384/16384'],
    ]);
    assert.deepEqual((await seen(bytes)).slice(0, 3), ['app 100/16384', 'app 8192/16384', 'app 8192/16384']);
  });

  it('is asked for the chip before the first write, and once', async () => {
    const probe = (chip: string) =>
      call(`echo "found: ${chip}"; echo "id: 066EFF-535155"; echo done`, {
        identity: '^found: (?<chip>\\S+)|^id: (?<id>\\S+)',
      });
    await use({ probe: probe('STM32-F103') }, async ({ driver, entered }) => {
      assert.deepEqual(await driver.probe(), {
        chip: 'stm32f103',
        description: 'STM32-F103',
        uid: '066eff-535155',
      });
      await driver.write([app]);
      await driver.write([app]);
      assert.equal(entered(), 3);
    });
    const mark = join(folder, 'written');
    await use({ probe: probe('STM32F411'), write: call(`touch ${mark}; echo done`) }, async ({ driver }) => {
      const { error } = await failureOf(driver.write([app]));
      assert.match(error.message, /^WRONG_CHIP: the tool found a STM32F411, the board file names stm32f103$/);
      assert.ok(!existsSync(mark));
    });
    await use({ probe: call('echo done', { identity: '^chip (?<chip>.+)' }) }, async ({ driver }) => {
      assert.match((await failureOf(driver.probe())).error.message, /^TOOL_FAILED: the tool named no chip/);
    });
    await use(
      { probe: call('sleep 60', { identity: '^chip (?<chip>.+)', silenceMs: 200 }) },
      async ({ driver }) => {
        assert.match(
          (await failureOf(driver.probe())).error.message,
          /^DUT_SILENT: sh printed nothing for 200 ms/,
        );
      },
    );
  });

  it('that cannot tell the chip says so, and leaves the board alone', () =>
    use({}, async ({ driver, entered }) => {
      assert.deepEqual(await driver.probe(), {
        chip: 'stm32f103',
        description: 'stm32f103 by the board file; the tool asks no chip',
      });
      assert.equal(entered(), 0);
    }));

  it('that only writes proves nothing but its last write', () =>
    use({}, async ({ driver }) => {
      assert.deepEqual([[...driver.abilities], driver.verifiedBy], [[], 'device']);
      const unsupported = async (work: Promise<unknown>, what: RegExp) =>
        assert.match((await failureOf(work)).error.message, what);
      await unsupported(driver.verify([app]), /^FLASH_UNSUPPORTED: .*has no verify or read/);
      await driver.write([app]);
      await driver.verify([app]);
      await unsupported(driver.verify([{ ...app, md5: '' }]), /^FLASH_UNSUPPORTED/);
      await unsupported(driver.read(0, 16), /^FLASH_UNSUPPORTED: .*has no read/);
      await unsupported(driver.erase(), /^FLASH_UNSUPPORTED: .*has no erase/);
    }));

  it('that reads is compared byte by byte', async () => {
    const flash = join(folder, 'flash.bin');
    const held = Buffer.concat([Buffer.alloc(0x1000, 0xff), await readFile(app.path)]);
    await writeFile(flash, held);
    const read = call(
      `tail -c +$(($1 + 1)) ${flash} | head -c $2 > $3; echo done`,
      {},
      '{offset}',
      '{size}',
      '{file}',
    );
    await use({ read }, async ({ driver }) => {
      assert.deepEqual([[...driver.abilities], driver.verifiedBy], [['verify', 'read'], 'read-back']);
      await driver.verify([app]);
      assert.ok((await driver.read(0x1000, 4096)).equals(held.subarray(0x1000, 0x2000)));
      const spoilt = Buffer.from(held);
      spoilt.writeUInt8(spoilt.readUInt8(0x1234) ^ 1, 0x1234);
      await writeFile(flash, spoilt);
      const { error } = await failureOf(driver.verify([app]));
      assert.match(
        error.message,
        /^FLASH_VERIFY_MISMATCH: app differs at 0x1234: flash has \w\w, the image \w\w$/,
      );
      await writeFile(flash, held.subarray(0, 0x1800));
      assert.match(
        (await failureOf(driver.verify([app]))).error.message,
        /^FLASH_READ_FAILED: the tool wrote 2048 of 8192 bytes while verifying app at 0x1000/,
      );
    });
  });

  it('that verifies is believed when it says so', () =>
    use(
      {
        verify: call(
          '[ $1 = 0x1000 ] && echo done || echo differs',
          { errors: [{ pattern: 'differs', code: 'FLASH_VERIFY_MISMATCH' }] },
          '{offset}',
        ),
      },
      async ({ driver }) => {
        assert.deepEqual([[...driver.abilities], driver.verifiedBy], [['verify'], 'digest']);
        await driver.verify([app]);
        const { error } = await failureOf(driver.verify([{ ...app, offset: 0x2000 }]));
        assert.match(error.message, /^FLASH_VERIFY_MISMATCH: differs \(while verifying app at 0x2000\)/);
      },
    ));

  it('erases what its arguments name', async () => {
    await use({ erase: said }, async ({ driver }) => {
      await driver.erase();
      assert.match(
        (await failureOf(driver.erase({ offset: 0, sizeBytes: 1024 }))).error.message,
        /^FLASH_UNSUPPORTED: .*cannot erase a region/,
      );
    });
    const erase = call('echo $1 $2; echo done', {}, '{offset}', '{size}');
    await use(
      { erase },
      async ({ driver, lines }) => {
        await driver.erase({ offset: 0x400, sizeBytes: 2048 });
        await driver.erase();
        assert.deepEqual(
          lines.filter((line) => line !== 'done'),
          ['0x400 2048', '0x0 65536'],
        );
        // Pages of an STM32F103 have 1 KiB.
        const crooked = driver.erase({ offset: 0x200, sizeBytes: 1024 });
        assert.match((await failureOf(crooked)).error.message, /^CONFIG_INVALID: .*whole sectors of 0x400/);
      },
      { flashSizeBytes: 65_536 },
    );
  });

  it('gets no image that does not fit', () =>
    use(
      {},
      async ({ driver, entered }) => {
        const tooFar = { ...app, offset: 0xf000 };
        assert.match(
          (await failureOf(driver.write([tooFar]))).error.message,
          /^FLASH_TOO_SMALL: app ends at 0x11000/,
        );
        assert.equal(entered(), 0);
      },
      { flashSizeBytes: 65_536 },
    ));
});

/** Waits until none of the processes is there, by the ids that the tool wrote down. */
async function untilDead(file: string): Promise<void> {
  const pids = (await readFile(file, 'utf8')).trim().split(/\s+/).map(Number);
  assert.notEqual(pids.length, 0);
  // A zombie only waits for its new parent to collect it.
  const isDead = async (pid: number) =>
    /^$|\) [ZX]/.test(await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''));
  await pollUntil(async () => (await Promise.all(pids.map(isDead))).every(Boolean) || undefined, {
    intervalMs: 20,
    timeoutMs: 5000,
    onTimeout: () => new Error(`${pids.join(', ')} still run`),
  });
}
