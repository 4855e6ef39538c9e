// The tool that docs/rig-files.md describes, read as the rig reads a board file.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import type { CommandTool } from '../../drivers/flash/command/command-tool.js';
import { checkBoard } from '../../rigs/board-rules.js';
import { readCheckedFile } from '../../rigs/checked-file.js';
import type { BoardFile } from '../../rigs/rig-files.js';

const page = join(import.meta.dirname, '../../docs/rig-files.md');

/** Espressif's esptool as the page describes it, with defaults filled in; `esptool` is the command that is installed here. */
export async function esptoolOfPage(esptool: string): Promise<CommandTool> {
  const snippets = [...(await readFile(page, 'utf8')).matchAll(/^```yaml\n(.*?)^```/gms)].map(
    ([, text = '']) => text,
  );
  const described = snippets.find((text) => text.includes('driver: command'));
  if (described === undefined) throw new Error(`${page} describes no tool`);
  const board = {
    board: 'described',
    chip: 'esp32',
    ...(parse(described) as object),
    boot: { version: '^v(?<version>\\S+)$', ready: '^ready$' },
    checks: [],
  };
  const folder = await mkdtemp(join(tmpdir(), 'rig-described-'));
  try {
    const path = join(folder, 'described.yaml');
    await writeFile(path, stringify(board));
    const file = await readCheckedFile<BoardFile>('board', path);
    await checkBoard(file);
    const command = file.complete()?.flash.command;
    if (command === undefined) throw new Error(JSON.stringify(file.problems));
    return { ...command, args: command.args.map((word, index) => (index === 0 ? esptool : word)) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
