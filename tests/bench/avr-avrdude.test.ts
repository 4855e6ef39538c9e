import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { avrdudeCommand, avrdudeInstall } from '../../drivers/flash/avrdude/tool.js';
import { pollUntil } from '../../core/deadline.js';
import { runTool } from '../../drivers/tool.js';
import { buildAvrHex, demoUno } from '../../firmware/avr-demo.js';
import { buildAvrImage } from '../../firmware/avr-image.js';
import { missingTools } from '../vendor-tools.js';
import { startBenchProcess } from './bench-process.js';
import { slotWith } from './board-rig.js';
import { openHost } from './host.js';

const options = { ...demoUno, appSizeBytes: 4096 };

test(
  'avrdude, unmodified, writes, verifies and reads boards of a bench that was started by hand, again and again',
  { skip: missingTools('avrdude') },
  async (context) => {
    const folder = mkdtempSync(join(tmpdir(), 'rig-avrdude-'));
    context.after(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'app.hex');
    writeFileSync(file, buildAvrHex(options));
    const uno = { ...slotWith(), chip: 'atmega328p', flashSizeBytes: 32 * 1024 };
    const other = { ...uno, slot: 'slot2', faults: [{ kind: 'wrong-chip' as const, chip: 'atmega328pb' }] };
    // Nothing may switch what a person holds in the hand.
    for (const slot of [uno, other])
      for (const line of ['power', 'boot', 'reset'] as const) delete slot[line];
    const bench = await startBenchProcess(context, { slots: [uno, other], byHand: true });
    const avrdude = async (slot: string, ...args: string[]) => {
      const { serialPath = '' } = bench.state.slots[slot] ?? {};
      return runTool({
        command: avrdudeCommand(),
        args: ['-c', 'arduino', '-p', 'm328p', '-P', serialPath, '-b', '115200', ...args],
        timeoutMs: 60_000,
        install: avrdudeInstall,
      });
    };

    const refused = avrdude('slot2', '-U', `flash:w:${file}:i`);
    const written = await avrdude('slot1', '-D', '-U', `flash:w:${file}:i`);
    assert.equal(written.exitCode, 0, written.output);
    assert.match(written.output, /device signature = 0x1e950f \(probably m328p\)/);
    assert.match(written.output, /4096 bytes of flash written\n[^]*4096 bytes of flash verified/);

    // Now there is a program, and the board has to be brought back into its loader.
    const verified = await avrdude('slot1', '-U', `flash:v:${file}:i`);
    assert.equal(verified.exitCode, 0, verified.output);
    assert.match(verified.output, /4096 bytes of flash verified/);
    const back = join(folder, 'back.bin');
    const read = await avrdude('slot1', '-U', `flash:r:${back}:r`);
    assert.equal(read.exitCode, 0, read.output);
    assert.ok(readFileSync(back).subarray(0, options.appSizeBytes).equals(buildAvrImage(options)));

    const { exitCode, output } = await refused;
    assert.equal(exitCode, 1);
    assert.match(output, /expected signature for ATmega328P is 1E 95 0F/);

    const host = await openHost(bench.state.slots['slot1']?.serialPath ?? '');
    context.after(() => host.close());
    // The hand may press reset once more when it sees that the tool has let go of the port.
    const info = await pollUntil(() => host.ask('info', 1500).catch(() => undefined), {
      timeoutMs: 15_000,
      intervalMs: 20,
      onTimeout: () => new Error(`the program does not answer: ${host.text()}`),
    });
    assert.match(info, /^project=demo-meter\nversion=1\.2\.0\nchip=ATmega328P\n/m);
  },
);
