import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { KernelChip } from './kernel-chip.js';

const outside = '/sys/kernel/debug/pca9555-pins';
const bus = '/sys/bus/i2c/devices/i2c-1';

/** A PCA9555 at 0x20 of bus 1, behind the kernel's own driver. Its lines are pulled up, as the chip's are. */
export function expanderChip(): KernelChip {
  execFileSync('sh', [fileURLToPath(new URL('pca9555.sh', import.meta.url))]);
  const read = (file: string) => readFileSync(join(outside, file), 'utf8').trim();
  const write = (file: string, value: string) => writeFileSync(join(outside, file), value);
  const bit = (text: string, line: number) => ((Number(text) >> line) & 1 ? 1 : 0);
  const plug = (into: boolean) => write('present', into ? 'Y' : 'N');
  return {
    label: '1-0020',
    level: (line) => bit(read('levels'), line),
    drive(line, to) {
      const mask = 1 << line;
      const before = Number(read('driven'));
      write('driven', String(to === 1 ? before | mask : before & ~mask));
    },
    watch(line) {
      const from = bit(read('levels'), line);
      const past = read('history').split('\n').filter(Boolean).length;
      return () => {
        const levels = read('history').split('\n').filter(Boolean).slice(past);
        const seen = levels.map((text) => bit(text, line));
        return seen.filter((level, index) => level !== (index === 0 ? from : seen[index - 1]));
      };
    },
    ground: (line) => write('grounded', String(1 << line)),
    lose: () => plug(false),
    restore: () => plug(true),
    reset() {
      if (existsSync(join(bus, '1-0020'))) writeFileSync(join(bus, 'delete_device'), '0x20');
      plug(false);
      plug(true);
      write('grounded', '0');
      write('driven', '0xffff');
      writeFileSync(join(bus, 'new_device'), 'pca9555 0x20');
    },
  };
}
