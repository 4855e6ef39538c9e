import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ChainHead } from './journal-entries.js';

/** What another file says of the journal: the hash of one of its lines. */
export interface QuotedHead extends ChainHead {
  /** The file that says so. */
  by: string;
}

/** Further than this from its end no JSON report says what its journal was. */
const tailBytes = 4096;

/** The heads that the JSON reports of a results folder quote; a report that cannot be read quotes none. */
export async function headsInReports(resultsFolder: string): Promise<QuotedHead[]> {
  const names = (await readdir(resultsFolder)).filter((name) => /^batch_report_\w+\.json$/.test(name));
  const found = await Promise.all(names.sort().map((name) => headInReport(resultsFolder, name)));
  return found.flat();
}

async function headInReport(resultsFolder: string, name: string): Promise<QuotedHead[]> {
  const tail = await readTail(join(resultsFolder, name));
  const quoted = /"journal":\s*\{\s*"lines":\s*(\d+),\s*"head":\s*"([0-9a-f]{64})"\s*\}\s*\}\s*$/.exec(tail);
  const [, lines, hash] = quoted ?? [];
  return lines === undefined || hash === undefined ? [] : [{ by: name, seq: Number(lines), hash }];
}

async function readTail(path: string): Promise<string> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const length = Math.min(size, tailBytes);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}
