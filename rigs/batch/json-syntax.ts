import { readFile } from 'node:fs/promises';
import type { Problem } from '../problem.js';

/** Where a JSON file is no JSON, which a reader of YAML may pass over: a comma too many, a comment, a key without quotes. */
export async function jsonProblem(path: string): Promise<Problem | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined || text.trim() === '') return undefined;
  try {
    JSON.parse(text.replace(/^\uFEFF/, ''));
    return undefined;
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    const position = Number(/position (\d+)/.exec(message)?.[1] ?? text.length);
    const before = text.slice(0, position).split('\n');
    const what = `not JSON: ${message.charAt(0).toLowerCase()}${message.slice(1)}; check commas, quotes and brackets here and on the line above`;
    return { file: path, line: before.length, column: (before.at(-1)?.length ?? 0) + 1, path: '', what };
  }
}
