import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { findVendorEsptool, withoutEsptool } from '../firmware/vendor-esptool.js';
import { startLoaderStand } from './loader-stand.js';
import { noise } from './wire-rig.js';

const esptool = findVendorEsptool();

// One short run: the tool waits about 50 ms at every change of a setting of an RFC 2217 port, and it makes hundreds.
test(
  'the vendor’s tool takes a running board into its loader by DTR and RTS over RFC 2217, writes, and takes it out again',
  { timeout: 60_000, skip: esptool ? false : withoutEsptool },
  async (context) => {
    const folder = mkdtempSync(join(tmpdir(), 'rig-rfc2217-'));
    context.after(() => rmSync(folder, { recursive: true }));
    const imagePath = join(folder, 'image.bin');
    writeFileSync(imagePath, noise(1024));
    const stand = await startLoaderStand();
    try {
      await stand.resetIntoApplication();
      const command = esptool?.major === 4 ? 'write_flash' : 'write-flash';
      const port = `rfc2217://${stand.rfc2217}`;
      const said = esptool?.run('--port', port, '--no-stub', command, '0x10000', imagePath) ?? '';
      assert.match(said, /ESP32-D0WD-V3 \(revision v3\.0\)/);
      assert.match(said, /24:6f:28:aa:bb:cc/);
      assert.match(said, /Hash of data verified/);
      assert.deepEqual(await stand.flash.read(0x10000, 1024), noise(1024));
      const lines = (await stand.events()).filter((event) => event.startsWith('lines'));
      assert.deepEqual(
        lines.slice(-2),
        ['lines dtr=false rts=true', 'lines dtr=false rts=false'],
        'hard reset at the end',
      );
    } finally {
      await stand.close();
    }
  },
);
