import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { uniqueIdOf } from '../../bench/stm32/memory.js';
import { runTool } from '../../drivers/tool.js';
import { stm32flashCommand, stm32flashInstall } from '../../drivers/flash/stm32flash/tool.js';
import { missingTools } from '../vendor-tools.js';
import { startBenchProcess } from './bench-process.js';
import { chip, slotWith } from './board-rig.js';
import { openHost } from './host.js';
import { stm32Image } from './stm32-rig.js';

test(
  'stm32flash, unmodified, accepts boards of a bench that was started by hand, again and again',
  { skip: missingTools('stm32flash') },
  async (context) => {
    const folder = mkdtempSync(join(tmpdir(), 'rig-stm32flash-'));
    context.after(() => rmSync(folder, { recursive: true }));
    const [file, back] = [join(folder, 'app.bin'), join(folder, 'back.bin')];
    writeFileSync(file, stm32Image);
    const f103 = { ...slotWith(), chip: 'stm32f103', flashSizeBytes: 64 * 1024 };
    const f411 = { ...f103, slot: 'slot2', chip: 'stm32f411', flashSizeBytes: 512 * 1024 };
    const locked = { ...f103, slot: 'slot3', faults: [{ kind: 'protected' as const }] };
    const bench = await startBenchProcess(context, { slots: [f103, f411, locked], byHand: true });
    const tool = async (slot: string, ...args: string[]) => {
      const { serialPath = '' } = bench.state.slots[slot] ?? {};
      const all = ['-b', '115200', '-m', '8n1', ...args, serialPath];
      const { exitCode, output } = await runTool({
        command: stm32flashCommand(),
        args: all,
        timeoutMs: 30_000,
        install: stm32flashInstall,
      });
      return { exitCode, output };
    };
    const good = async (slot: string, says: RegExp, ...args: string[]) => {
      let { exitCode, output } = await tool(slot, ...args);
      // The tool gives a chip half a second, which a loaded machine may not have for the bench: a person types the command again.
      for (let again = 0; again < 3 && output.includes('Failed to init device'); again += 1)
        ({ exitCode, output } = await tool(slot, ...args));
      assert.match(output, says);
      assert.equal(exitCode, 0, output);
    };

    await Promise.all([
      (async () => {
        await good('slot1', /Device ID +: 0x0410 \(STM32F10xxx Medium-density\)/);
        await good('slot1', /Wrote and verified address 0x08001000 \(100\.00%\) Done/, '-w', file, '-v');
        await good('slot1', /\(100\.00%\) Done/, '-r', back, '-S', '0x08000000:4096');
        assert.ok(readFileSync(back).equals(stm32Image));
        await good('slot1', /\(100\.00%\) Done/, '-r', back, '-S', '0x1ffff7e8:12');
        assert.deepEqual(readFileSync(back), uniqueIdOf(f103.mac));
        await good('slot1', /Reset done/, '-w', file, '-R');
        await good('slot1', /Starting execution at address 0x08000000\.\.\. done/, '-w', file, '-g', '0');
        await good('slot1', /Device ID/);
        for (const baudRate of ['57600', '9600', '115200', '38400'])
          await good('slot1', /Device ID +: 0x0410/, '-b', baudRate);
        await good('slot1', /\(100\.00%\) Done/, '-r', back, '-S', '0x0800ff00:512');
        await good('slot1', /Erasing flash/, '-o');
        await good('slot1', /\(100\.00%\) Done/, '-w', file, '-S', '0x08000000:4096');
      })(),
      (async () => {
        await good('slot2', /Device ID +: 0x0431 \(STM32F411xx\)/);
        // The fifth sector, whose neighbours stay.
        await good(
          'slot2',
          /Wrote and verified address 0x08011000/,
          '-w',
          file,
          '-v',
          '-S',
          '0x08010000:4096',
        );
        await good('slot2', /\(100\.00%\) Done/, '-r', back + '2', '-S', '0x08010000:4096');
        assert.ok(readFileSync(back + '2').equals(stm32Image));
        await good('slot2', /Starting execution/, '-g', '0x08010000');
        await good('slot2', /Device ID +: 0x0431/);
        await good('slot2', /Erasing flash/, '-o');
      })(),
      (async () => {
        const refused = await tool('slot3', '-r', back + '3', '-S', '0x08000000:256');
        assert.equal(refused.exitCode, 1);
        assert.match(refused.output, /Got NACK from device on command 0x11/);
        await good('slot3', /Read-UnProtecting flash[^]*Done/, '-k');
        await good('slot3', /Wrote and verified .*\(100\.00%\) Done/, '-w', file, '-v');
      })(),
    ]);

    // Nobody holds BOOT0 down any more, and what was written by hand runs.
    const host = await openHost(bench.state.slots['slot1']?.serialPath ?? '');
    context.after(() => host.close());
    const client = await bench.connect();
    await client.request('line.output', { chip, line: 1, level: 0 });
    await client.request('line.output', { chip, line: 0, level: 0 });
    await host.until(/demo-motor 1\.2\.0\n[^]*console ready/);
  },
);
