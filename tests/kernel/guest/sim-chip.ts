import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { traceDriver } from './driver-trace.js';
import { asLevel, type KernelChip } from './kernel-chip.js';

/** A chip of gpio-sim with this label. Its lines are pulled down unless they are driven. */
export function simChip(label: string, lineCount: number): KernelChip {
  execFileSync('sh', [fileURLToPath(new URL('gpio-sim.sh', import.meta.url)), label, String(lineCount)]);
  const config = join('/sys/kernel/config/gpio-sim', label);
  const read = (file: string) => readFileSync(join(config, file), 'utf8').trim();
  const lineFile = (line: number, file: string) =>
    join('/sys/devices/platform', read('dev_name'), read('bank/chip_name'), `sim_gpio${line}`, file);
  const live = (on: '0' | '1') => writeFileSync(join(config, 'live'), on);
  const level = (line: number) => asLevel(readFileSync(lineFile(line, 'value'), 'utf8'));
  const pull = (line: number) => (readFileSync(lineFile(line, 'pull'), 'utf8').trim() === 'pull-up' ? 1 : 0);
  const trace = traceDriver('sim', {
    set: 'gpio_sim_set',
    setMultiple: 'gpio_sim_set_multiple',
    directionOutput: 'gpio_sim_direction_output',
    directionInput: 'gpio_sim_direction_input',
    free: 'gpio_sim_free',
  });
  return {
    label,
    level,
    drive: (line, to) => writeFileSync(lineFile(line, 'pull'), to === 1 ? 'pull-up' : 'pull-down'),
    watch(line) {
      trace.clear();
      const from = level(line);
      return () => trace.changes(line, from, () => pull(line));
    },
    lose: () => live('0'),
    restore: () => live('1'),
    reset() {
      if (read('live') === '1') live('0');
      live('1');
      trace.clear();
    },
  };
}
