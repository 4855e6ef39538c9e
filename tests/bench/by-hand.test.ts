import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
  "what the vendor's tool has flashed by hand is read back over both ports, and boots once the lines are used",
  options,
  async (context) => {
    const folder = mkdtempSync(join(tmpdir(), 'rig-by-hand-'));
    context.after(() => rmSync(folder, { recursive: true }));
    const images = smallRelease();
    const files = images.flatMap(({ name, offset, bytes }) => {
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
    const { offset, bytes } = images.find(({ name }) => name === 'app') ?? {
      offset: 0,
      bytes: Buffer.alloc(0),
    };
    const back = join(folder, 'back.bin');
    tool(serialPath, '--baud', '460800', ...stay, dash('read-flash'), `${offset}`, `${bytes.length}`, back);
    assert.ok(readFileSync(back).equals(bytes));
    // No more than that: the tool's RFC 2217 client waits 50 ms at every change of a setting, and makes several for each command.
    const overNetwork =
      tool(`rfc2217://${rfc2217}`, '--no-stub', dash('read-flash'), `${offset}`, '256', back) ?? '';
    assert.deepEqual(readFileSync(back), bytes.subarray(0, 256));
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
