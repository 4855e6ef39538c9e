import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { findVendorEsptool, withoutEsptool } from '../firmware/vendor-esptool.js';
import { startBenchProcess } from './bench-process.js';
import { chip, smallRelease } from './board-rig.js';
import { openHost } from './host.js';

const esptool = findVendorEsptool();
const options = esptool ? {} : { skip: withoutEsptool };

test(
  "a board that the vendor's tool has flashed by hand boots once the lines are used",
  options,
  async (context) => {
    const folder = mkdtempSync(join(tmpdir(), 'rig-by-hand-'));
    context.after(() => rmSync(folder, { recursive: true }));
    const files = smallRelease().flatMap(({ name, offset, bytes }) => {
      const path = join(folder, `${name}.bin`);
      writeFileSync(path, bytes);
      return [`0x${offset.toString(16)}`, path];
    });
    const bench = await startBenchProcess(context, { byHand: true });
    const { serialPath = '', rfc2217 } = bench.state.slots['slot1'] ?? {};
    const dash = (words: string) => ((esptool?.major ?? 0) >= 5 ? words : words.replaceAll('-', '_'));
    const tool = (port: string, ...command: string[]) =>
      esptool?.run('--chip', 'esp32', '--port', port, ...command);
    const stay = ['--before', dash('no-reset'), '--after', dash('no-reset')];

    const written = tool(serialPath, '--baud', '460800', ...stay, dash('write-flash'), ...files) ?? '';
    assert.equal(written.match(/Hash of data verified/g)?.length, 3);
    const again = tool(serialPath, ...stay, dash('verify-flash'), ...files) ?? '';
    assert.match(again, /erif.* (OK|successful)/i);
    const overNetwork = tool(`rfc2217://${rfc2217}`, '--no-stub', dash('read-mac')) ?? '';
    assert.match(overNetwork, /MAC: +24:6f:28:11:00:01/);
    assert.match(overNetwork, /Hard resetting via RTS pin/);

    const host = await openHost(serialPath);
    context.after(() => host.close());
    const client = await bench.connect();
    await client.request('line.output', { chip, line: 1, level: 0 });
    await client.request('line.output', { chip, line: 0, level: 0 });
    await host.until(/App version: +1\.2\.0\n[^]*console ready/);
  },
);
