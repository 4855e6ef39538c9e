import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { traceDriver } from './driver-trace.js';
import { asLevel, type KernelChip } from './kernel-chip.js';

const driver = '/sys/bus/platform/drivers/gpio-mockup';
const device = 'gpio-mockup.0';

/** A chip of gpio-mockup whose lines count from `base`. Its lines are pulled down unless they are driven. */
export function mockupChip(base: number): KernelChip {
  execFileSync('sh', [fileURLToPath(new URL('gpio-mockup.sh', import.meta.url)), String(base)]);
  const folder = () => {
    const [chip = ''] = readdirSync(join(driver, device)).filter((name) => /^gpiochip\d+$/.test(name));
    return join('/sys/kernel/debug/gpio-mockup', chip);
  };
  const pulls = new Map<number, 0 | 1>();
  const level = (line: number) => asLevel(readFileSync(join(folder(), String(line)), 'utf8'));
  const unbind = () => writeFileSync(join(driver, 'unbind'), device);
  const bind = () => writeFileSync(join(driver, 'bind'), device);
  const trace = traceDriver('mockup', {
    set: 'gpio_mockup_set',
    setMultiple: 'gpio_mockup_set_multiple',
    directionOutput: 'gpio_mockup_dirout',
    directionInput: 'gpio_mockup_dirin',
    free: 'gpio_mockup_free',
  });
  return {
    label: 'gpio-mockup-A',
    level,
    drive(line, to) {
      pulls.set(line, to);
      writeFileSync(join(folder(), String(line)), String(to));
    },
    watch(line) {
      trace.clear();
      const from = level(line);
      return () => trace.changes(line, from, () => pulls.get(line) ?? 0);
    },
    lose: unbind,
    restore: bind,
    reset() {
      if (existsSync(join(driver, device))) unbind();
      bind();
      pulls.clear();
      trace.clear();
    },
  };
}
