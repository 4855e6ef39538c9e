import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { after, before, describe, test, type TestContext } from 'node:test';
import type { FlashDriverOptions } from '../../drivers/flash/flash-driver.js';
import { openFlashDriver } from '../../drivers/flash/open-flash-driver.js';
import { nodeImage } from '../bench/network-rig.js';
import { startBoardStands, type BoardStand } from './board-stand.js';
import { addressOf, infoPage } from './contract/subjects/over-the-air.js';
import { failureOf, imageFolder, noise } from './flash-rig.js';

const kinds = ['ota-http', 'espota'] as const;
const names = ['life', 'refusals', 'power', 'identity', 'open'] as const;
type Boards = Record<`${(typeof kinds)[number]} ${(typeof names)[number]}` | 'board8266', BoardStand>;

describe('updates over the air', { concurrency: 2 }, () => {
  const folder = imageFolder();
  const app = folder.add('app', 0x10000, nodeImage('esp32', '1.2.0', 128 * 1024));
  const credentials = { user: 'admin', password: 'only-for-tests' };
  let boards: Boards;
  let close: () => Promise<void>;
  before(async () => {
    const wanted = kinds.flatMap((kind) =>
      names.map((name) => {
        // Without a user only espota asks for the password.
        const network = name === 'open' ? { password: credentials.password } : credentials;
        return [`${kind} ${name}`, { chip: 'esp32', network, lines: ['power'] }] as const;
      }),
    );
    const board8266 = { chip: 'esp8266', network: credentials, lines: ['power'] } as const;
    const bench = await startBoardStands({ ...Object.fromEntries(wanted), board8266 });
    boards = bench.boards as Boards;
    close = bench.close;
  });
  after(async () => {
    await close();
    folder.remove();
  });

  for (const kind of kinds) {
    const driverOf = async (t: TestContext, stand: BoardStand, more: Partial<FlashDriverOptions> = {}) => {
      const said: string[] = [];
      await stand.power.on();
      const driver = await openFlashDriver(kind, {
        network: addressOf(stand),
        httpIdentity: infoPage,
        chip: 'esp32',
        baudRate: 115_200,
        enterLoader: () => Promise.resolve(),
        log: (line) => said.push(line),
        ...more,
      });
      t.after(() => driver.close());
      return { driver, said };
    };

    test(`${kind}: what was written runs, and nobody has told the password`, async (t) => {
      const { driver, said } = await driverOf(t, boards[`${kind} life`]);
      assert.equal((await driver.probe()).version, '1.0.0');
      await driver.write([app]);
      await driver.verify([app]);
      await boards[`${kind} life`].power.cycle();
      assert.equal((await driver.probe()).version, '1.2.0');
      assert.ok(said.length >= 3, said.join('\n'));
      assert.ok(!said.join('\n').includes(credentials.password));
    });

    test(`${kind}: a refusal has the code of its reason, and the old application runs on`, async (t) => {
      const { driver } = await driverOf(t, boards[`${kind} refusals`]);
      const changed = folder.add(`${kind}-changed`, 0x10000, nodeImage('esp32', '1.2.0', 64 * 1024));
      await writeFile(changed.path, nodeImage('esp32', '9.9.9', 64 * 1024));
      const cases = [
        [
          folder.add('s3', 0x10000, nodeImage('esp32s3', '1.2.0')),
          /^FLASH_WRITE_FAILED: .*Could Not Activate/,
        ],
        [folder.add('noise', 0x10000, noise(50_000)), /^IMAGE_INVALID: .*Wrong Magic Byte/],
        [changed, /^IMAGE_INVALID: .*no longer the/],
      ] as const;
      for (const [image, says] of cases) {
        assert.match((await failureOf(driver.write([image]))).error.message, says);
        assert.equal((await driver.probe()).version, '1.0.0');
      }
      assert.match(
        (await failureOf(driver.write([app, changed]))).error.message,
        /^CONFIG_INVALID: .*one image/,
      );
      assert.match((await failureOf(driver.verify([app]))).error.message, /^FLASH_UNSUPPORTED/);
    });

    test(`${kind}: a device that loses power half-way starts the old application`, async (t) => {
      const stand = boards[`${kind} power`];
      const { driver } = await driverOf(t, stand);
      let off: Promise<unknown> | undefined;
      const write = driver.write([app], {
        onProgress: ({ doneBytes, totalBytes }) => {
          if (doneBytes > totalBytes / 3) off ??= stand.power.off();
        },
      });
      const { error } = await failureOf(write);
      assert.match(error.message, /^CONNECTION_LOST: .* while writing app at 0x[0-9a-f]+ \(\d+ %\)/);
      await off;
      await stand.power.on();
      assert.equal((await driver.probe()).version, '1.0.0');
      await driver.write([app]);
      await stand.power.cycle();
      assert.equal((await driver.probe()).version, '1.2.0');
    });

    test(`${kind}: a page that does not say who the device is, and credentials that it does not take`, async (t) => {
      const stand = boards[`${kind} identity`];
      const probe = async (more: Partial<FlashDriverOptions>) => {
        const { driver } = await driverOf(t, stand, more);
        return (await failureOf(driver.probe())).error;
      };
      const page = (part: Partial<typeof infoPage>) => ({ httpIdentity: { ...infoPage, ...part } });
      assert.match((await probe(page({ get: '/nowhere' }))).message, /^IDENTITY_UNREADABLE: .* status 404/);
      const unsaid = await probe(page({ id: 'serial=(?<value>\\S+)' }));
      assert.match(unsaid.message, /^IDENTITY_UNREADABLE: .*no id by .*demo-wifi-node/);
      assert.match((await probe({ chip: 'esp32c3' })).message, /^WRONG_CHIP: .*ESP32.*esp32c3/);
      for (const other of [{ password: 'not-the-one' }, { user: 'root' }]) {
        const startedAt = performance.now();
        const refused = await probe({ network: { ...addressOf(stand), ...other } });
        assert.match(refused.message, /^AUTH_REFUSED: the web server of 127\./);
        assert.ok(performance.now() - startedAt < 1500, 'it was tried again and again');
        assert.ok(!/not-the-one|only-for-tests/.test(`${refused.message}${String(refused.stack)}`));
      }
      await assert.rejects(
        driverOf(t, stand, { httpIdentity: undefined as never }),
        /^RigError: CONFIG_INVALID: .*identity\.http/,
      );
    });
  }

  test('an ESP8266 keeps an update when its power is cycled as soon as it is written', async (t) => {
    const { board8266 } = boards;
    await board8266.power.on();
    const driver = await openFlashDriver('espota', {
      network: addressOf(board8266),
      httpIdentity: infoPage,
      chip: 'esp8266',
      baudRate: 115_200,
      enterLoader: () => Promise.resolve(),
    });
    t.after(() => driver.close());
    await driver.write([folder.add('sketch', 0, nodeImage('esp8266', '1.2.0'))]);
    await board8266.power.cycle();
    assert.equal((await driver.probe()).version, '1.2.0');
  });

  test('espota proves its password, and says when it is not taken', async (t) => {
    const stand = boards['espota open'];
    await stand.power.on();
    const { host, ports } = addressOf(stand);
    for (const password of ['not-the-one', undefined]) {
      const driver = await openFlashDriver('espota', {
        network: { host, ports, ...(password !== undefined && { password }) },
        httpIdentity: infoPage,
        chip: 'esp32',
        baudRate: 115_200,
        enterLoader: () => Promise.resolve(),
      });
      t.after(() => driver.close());
      const { error } = await failureOf(driver.write([app]));
      assert.match(error.message, /^AUTH_REFUSED: the update service of 127\./);
      assert.ok(!error.message.includes('not-the-one'));
    }
  });
});
