import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { image, uf2, withPico, type Pico } from './pico.js';

const run = promisify(execFile);

/** A file is on its way into a board whose drive is up: what becomes of it. */
describe('the boot drive of a virtual Pico', { concurrency: 4 }, () => {
  let folder = '';
  let file = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rig-uf2-'));
    file = join(folder, 'firmware.uf2');
    await writeFile(file, uf2);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const boots = async ({ host, flash, untilGone }: Pico): Promise<void> => {
    await untilGone();
    await host.until(/demo-probe 1\.2\.0\n(.*\n)*Factory test console ready/);
    assert.ok(flash.read(0, image.length).equals(image));
  };

  it('says what it is, in the words of the ROM', () =>
    withPico({}, async ({ drive, untilDrive }) => {
      await untilDrive();
      assert.deepEqual((await readdir(drive)).sort(), ['INDEX.HTM', 'INFO_UF2.TXT']);
      assert.equal(
        await readFile(join(drive, 'INFO_UF2.TXT'), 'utf8'),
        'UF2 Bootloader v3.0\r\nModel: Raspberry Pi RP2\r\nBoard-ID: RPI-RP2\r\n',
      );
    }));

  it('takes a file that cp copies, and the board starts', () =>
    withPico({}, async (pico) => {
      await pico.untilDrive();
      await run('cp', [file, pico.drive]);
      await boots(pico);
    }));

  it('takes a file that comes in odd pieces, each forced out', () =>
    withPico({}, async (pico) => {
      await pico.untilDrive();
      const copy = await open(join(pico.drive, 'pieces.uf2'), 'w');
      for (let at = 0; at < uf2.length; at += 5000) {
        await copy.write(uf2.subarray(at, at + 5000));
        await copy.sync();
      }
      await copy.close();
      await boots(pico);
    }));

  it('takes a file that was filled from its end, as some copiers do', () =>
    withPico({}, async (pico) => {
      await pico.untilDrive();
      const copy = await open(join(pico.drive, 'backwards.uf2'), 'w');
      await copy.truncate(uf2.length);
      for (let at = uf2.length - 4096; at >= 0; at -= 4096) await copy.write(uf2, at, 4096, at);
      await copy.close();
      await boots(pico);
    }));

  it('takes a file that is renamed into place, whatever its name', () =>
    withPico({}, async (pico) => {
      await pico.untilDrive();
      const beside = join(pico.drive, '..', 'beside.tmp');
      await copyFile(file, beside);
      await rename(beside, join(pico.drive, 'NEW~1.TMP'));
      await boots(pico);
    }));

  it('goes away under a copier that still has the file open', () =>
    withPico({}, async (pico) => {
      await pico.untilDrive();
      const copy = await open(join(pico.drive, 'open.uf2'), 'w');
      await copy.write(uf2);
      await pico.untilGone();
      await copy.write(uf2.subarray(0, 512));
      await copy.close();
      await boots(pico);
    }));

  it('stays after a part of a file, and takes the rest', () =>
    withPico({}, async (pico) => {
      await pico.untilDrive();
      const path = join(pico.drive, 'part.uf2');
      const half = uf2.length / 2;
      await writeFile(path, uf2.subarray(0, half));
      await pico.untilLog('a set of 128 UF2 blocks begins');
      assert.ok(pico.hasDrive());
      await writeFile(path, uf2.subarray(half), { flag: 'a' });
      await boots(pico);
    }));

  it('forgets a part of a file with its power', async () => {
    await withPico({}, async (pico) => {
      await pico.untilDrive();
      await writeFile(join(pico.drive, 'part.uf2'), uf2.subarray(0, uf2.length - 512));
      await pico.untilLog('a set of 128 UF2 blocks begins');
      await pico.off();
      assert.ok(!pico.hasDrive());
      assert.deepEqual(await readdir(join(pico.drive, '..')), []);
    });
  });

  it('passes over what is no firmware for it', () =>
    withPico({}, async (pico) => {
      await pico.untilDrive();
      await writeFile(join(pico.drive, 'notes.txt'), 'no blocks in here '.repeat(200));
      const other = Buffer.from(uf2);
      for (let at = 28; at < other.length; at += 512) other.writeUInt32LE(0xe48bff59, at);
      await writeFile(join(pico.drive, 'rp2350.uf2'), other);
      await pico.untilLog('its family is 0xe48bff59 (rp2350)');
      await run('cp', [file, pico.drive]);
      await boots(pico);
    }));

  it('stops for good where it has to hang', () =>
    withPico({ faults: [{ kind: 'hang', percent: 50 }] }, async (pico) => {
      await pico.untilDrive();
      await run('cp', [file, pico.drive]);
      await pico.untilLog('stops taking blocks: 64 of 128 were written');
      assert.ok(pico.hasDrive());
      assert.equal(
        pico.flash.read(0x4000, 0x4000).every((byte) => byte === 0xff),
        true,
      );
    }));

  it('of another chip says so, and ignores the file', () =>
    withPico({ chip: 'rp2350' }, async (pico) => {
      await pico.untilDrive();
      assert.match(await readFile(join(pico.drive, 'INFO_UF2.TXT'), 'utf8'), /^Board-ID: RP2350\r$/m);
      await run('cp', [file, pico.drive]);
      await pico.untilLog('its family is 0xe48bff56 (rp2040)');
      assert.ok(pico.hasDrive());
    }));
});
