import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openBackend } from '../../../gpio/backend.js';
import type { LineBackendSpec } from '../../../gpio/line.js';
import { blocksOf } from '../../docs/page.js';
import { nobody } from './nobody.js';
import { simChip } from './sim-chip.js';

// What docs/gpio.md says about permissions, with the kernel's own udev.

const folder = mkdtempSync(join(tmpdir(), 'rig-permission-'));
chmodSync(folder, 0o777);
const chip = simChip('rig-permission', 8);
const backends: LineBackendSpec[] = [{ kind: 'onoff' }, { kind: 'gpiod', folder: join(folder, 'gpiod') }];

// This user may be kept out of the folder of the checkout: what is to be loaded is loaded first.
for (const { kind } of backends) {
  const spec: LineBackendSpec = kind === 'gpiod' ? { kind, folder: join(folder, 'load') } : { kind: 'onoff' };
  await (await openBackend(spec)).close();
}
becomeMember(giveChipsToGroup());

for (const [at, spec] of backends.entries()) {
  void test(
    `with the rule of docs/gpio.md the group gpio may use lines by ${spec.kind}`,
    { timeout: 20_000 },
    async () => {
      const [output, input] = [2 * at, 2 * at + 1];
      const backend = await openBackend(spec);
      try {
        const line = await backend.openOutput({ chip: chip.label, line: output }, { initial: true });
        assert.equal(chip.level(output), 1);
        await line.write(false);
        assert.equal(await (await backend.openInput({ chip: chip.label, line: input })).read(), false);
      } finally {
        await backend.close();
      }
    },
  );
}

/** Follows the page; returns the group's id. */
function giveChipsToGroup(): number {
  execFileSync('groupadd', ['--force', 'gpio']);
  const [rule = ''] = blocksOf(readFileSync('docs/gpio.md', 'utf8'), 'udev');
  mkdirSync('/etc/udev/rules.d', { recursive: true });
  writeFileSync('/etc/udev/rules.d/99-gpio.rules', rule);
  execFileSync('/lib/systemd/systemd-udevd', ['--daemon'], { stdio: 'ignore' });
  execFileSync('udevadm', ['trigger', '--subsystem-match=gpio', '--action=add']);
  execFileSync('udevadm', ['settle']);
  return Number(/^gpio:[^:]*:(\d+)/m.exec(readFileSync('/etc/group', 'utf8'))?.[1]);
}

/** From here on this process is one of a user whose only group it is. */
function becomeMember(group: number): void {
  process.setgroups?.([group]);
  process.setgid?.(nobody);
  process.setuid?.(nobody);
}
