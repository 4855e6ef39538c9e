import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findVendorEsptool, withoutEsptool } from '../firmware/vendor-esptool.js';
import { startLoaderStand } from './loader-stand.js';

const esptool = findVendorEsptool();

// One short run: the tool waits about 50 ms at every change of a setting of an RFC 2217 port, and it makes hundreds.
test(
  'the vendor’s tool takes a running board into its loader by DTR and RTS over RFC 2217 and back out of it',
  { timeout: 60_000, skip: esptool ? false : withoutEsptool },
  async () => {
    const stand = await startLoaderStand();
    try {
      await stand.resetIntoApplication();
      const command = esptool?.major === 4 ? 'read_mac' : 'read-mac';
      const said = esptool?.run('--port', `rfc2217://${stand.rfc2217}`, '--no-stub', command) ?? '';
      assert.match(said, /ESP32-D0WD-V3 \(revision v3\.0\)/);
      assert.match(said, /24:6f:28:aa:bb:cc/);
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
