import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { chipFlashes } from '../../firmware/chip-flash.js';
import type { FindingKind } from '../../firmware/validation/finding.js';
import { cleanEnvironment } from '../clean-environment.js';
import { blocksOf, tableRows } from './page.js';

const page = await readFile('docs/firmware.md', 'utf8');
const run = promisify(execFile);
let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rig-firmware-doc-'));
  await copyFile('rigs/releases/demo-1.2.0/app.bin', join(folder, 'app.bin'));
});
after(() => rm(folder, { recursive: true, force: true }));

/** What a command prints, in a folder with nothing but the demo's application. */
async function output(command: string): Promise<string> {
  const args = command.replace('npx rig ', '').split(' ');
  const options = { cwd: folder, env: { ...cleanEnvironment(), RIG_RIGS: resolve('rigs') } };
  const tsx = import.meta.resolve('tsx');
  const ended = run(process.execPath, ['--import', tsx, resolve('cli/main.ts'), ...args], options);
  return ended
    .then(({ stdout }) => stdout)
    .catch((thrown: { stdout?: string }) => thrown.stdout ?? String(thrown));
}

/** Keys are other ones each time. */
const withoutKeys = (text: string) =>
  text
    .replace(/\bkey [0-9a-f]{16}\b/g, 'key …')
    .replace(/ +/g, ' ')
    .trim();

test('every command of the page prints what the page shows', async () => {
  const shown = blocksOf(page, 'console').flatMap((block) =>
    block.split(/^\$ /m).filter((part) => part !== ''),
  );
  assert.ok(shown.length >= 6);
  for (const part of shown) {
    const [command = '', ...lines] = part.split('\n');
    const printed = withoutKeys(await output(command));
    assert.ok(printed.startsWith(withoutKeys(lines.join('\n'))), `$ ${command}\n${printed}`);
  }
});

test('every kind of finding and every chip that is known stands in the page', () => {
  const kinds: Record<FindingKind, true> = {
    file: true,
    size: true,
    format: true,
    chip: true,
    checksum: true,
    signature: true,
    certificate: true,
    secret: true,
    advisory: true,
  };
  assert.deepEqual(
    tableRows(page, 'kind').map(([kind]) => kind),
    Object.keys(kinds),
  );
  const chips = tableRows(page, 'chip')
    .map(([chip = '']) => chip)
    .join(' ');
  for (const { chip, kind } of chipFlashes)
    assert.match(chips, kind === 'esp' ? /esp32/ : kind === 'avr' ? /atmega328p/ : new RegExp(chip));
});
