import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { hasErrno } from '../../core/files.js';
import { attemptsWithGaps } from './chain-gaps.js';
import { headsInReports, type QuotedHead } from './chain-quotes.js';
import { aboutOf, scanChain, type ChainBreak, type ChainScan, type LinePlace } from './chain-scan.js';
import { listCheckpoints } from './checkpoint-files.js';
import { journalName } from '../projections/run-data.js';

/** Something that is not as it was written. */
export interface Damage {
  /** What is wrong with it. */
  what: string;
  /** The file, or file and line. */
  where: string;
  /** What to do. */
  remedy: string;
}

/** What is wrong with a journal. `torn` is repaired by the next run that opens it; with any other no run goes on. */
export interface JournalProblem extends Damage {
  kind: 'changed' | 'removed' | 'added' | 'cut-short' | 'torn' | 'missing';
  /** Line of the journal: the first that is concerned. */
  line: number;
  /** What the line is about, as far as that can be read: `unit 17, attempt …`; empty when it cannot. */
  about: string;
  handling: 'repaired' | 'refused';
}

export interface JournalVerdict {
  /** True when no problem is left after what the next opening repairs. */
  valid: boolean;
  /** Lines of the chain. */
  lines: number;
  /** SHA-256 of the last of them, hex. */
  head: string;
  problems: JournalProblem[];
}

const gapsShown = 5;
const refused =
  'Nothing is made from this journal and no run goes on with it. Keep it as it is, ask who changed it, and put a copy of the whole file in its place; or begin anew with --start-fresh.';
const repaired =
  'Nothing: the next run cuts it off and keeps it in journal.jsonl.torn; what it was about runs again.';

/**
 * Proves the journal of a results folder: its chain, and that it still has every line that the checkpoints and the JSON reports beside it quote. Names what
 * is damaged and what becomes of it; never throws for that.
 */
export async function validateJournal(resultsFolder: string): Promise<JournalVerdict> {
  const path = join(resultsFolder, journalName);
  try {
    const quotes = await quotedHeads(resultsFolder);
    const scan = await scanChain(path, new Set(quotes.map(({ seq }) => seq)));
    const problems: JournalProblem[] = [];
    for (const place of scan.breaks) problems.push(await broken(path, place, scan, quotes));
    if (problems.length === 0) problems.push(...againstQuotes(scan, quotes));
    if (scan.torn) problems.push(tornEnd(scan.torn));
    const valid = problems.every(({ handling }) => handling === 'repaired');
    return { valid, lines: scan.end.seq, head: scan.end.hash, problems };
  } catch (thrown) {
    if (!hasErrno(thrown, 'ENOENT')) throw thrown;
    const problem = damage('missing', 1, 'there is no journal', '');
    return { valid: false, lines: 0, head: '', problems: [problem] };
  }
}

async function quotedHeads(resultsFolder: string): Promise<QuotedHead[]> {
  const listed = await listCheckpoints(resultsFolder);
  const ofCheckpoints = listed.flatMap(({ id, checkpoint }) =>
    checkpoint ? [{ by: `checkpoint ${id}`, seq: checkpoint.seq, hash: checkpoint.hash }] : [],
  );
  return [...ofCheckpoints, ...(await headsInReports(resultsFolder))];
}

async function broken(
  path: string,
  { before, strays, after }: ChainBreak,
  { hashes }: ChainScan,
  quotes: readonly QuotedHead[],
): Promise<JournalProblem> {
  const [first] = strays;
  const expected = before.seq + 1;
  const lineBefore = await readLine(path, before);
  const aboutBefore = aboutOf(lineBefore);
  if (after?.says) {
    const missing = after.says.seq - expected;
    const follows = after.says.prev === before.hash;
    if (first === undefined && missing > 0 && isJson(lineBefore)) {
      const what = `${linesText(missing, expected)} removed after line ${before.line}`;
      const between = `between ${aboutBefore || 'the beginning'} and ${after.about}`;
      const gaps = (await attemptsWithGaps(path)).slice(0, gapsShown).join('; ');
      return damage('removed', after.line, what, gaps || between);
    }
    if (missing < 0 || (first && missing === 0 && follows)) {
      const added = strays.length - Math.min(missing, 0);
      const at = first ?? after;
      return damage('added', at.line, `${linesText(added, at.line)} added`, at.about);
    }
    if (first === undefined) {
      return damage('changed', before.line, `line ${before.line} was changed`, aboutBefore);
    }
    return damage('changed', first.line, `${linesText(strays.length, first.line)} changed`, first.about);
  }
  if (first === undefined) return damage('changed', before.line, 'the chain breaks', '');
  const isKnown = quotes.some(({ seq, hash }) => seq === before.seq && hash === hashes.get(seq));
  if (strays.length === 1 && first.says?.seq === expected && !isKnown && before.seq > 0) {
    const what = `line ${before.line} or line ${first.line}, the last one, was changed`;
    return damage('changed', before.line, what, `${aboutBefore} or ${first.about}`);
  }
  if (first.says && first.says.seq > expected) {
    const what = `${linesText(first.says.seq - expected, expected)} removed before line ${first.line}`;
    return damage('removed', first.line, what, first.about);
  }
  return damage('changed', first.line, `${linesText(strays.length, first.line)} changed`, first.about);
}

/** Where a line is missing or different that another file quotes. */
function againstQuotes({ end, hashes }: ChainScan, quotes: readonly QuotedHead[]): JournalProblem[] {
  const furthest = quotes.toSorted((one, two) => two.seq - one.seq).at(0);
  if (furthest && furthest.seq > end.seq) {
    const what = `lines are missing at the end: it ends with line ${end.seq}, and ${furthest.by} quotes line ${furthest.seq}`;
    return [damage('cut-short', end.seq + 1, what, '')];
  }
  const other = quotes.find(({ seq, hash }) => hashes.has(seq) && hashes.get(seq) !== hash);
  if (other === undefined) return [];
  const lines = other.seq === end.seq ? `line ${other.seq}` : `line ${other.seq} or one before it`;
  return [damage('changed', other.seq, `${lines} was changed, and is not what ${other.by} quotes`, '')];
}

function tornEnd({ line, sizeBytes, about }: NonNullable<ChainScan['torn']>): JournalProblem {
  const what = `the last write was cut short: ${sizeBytes} bytes of line ${line}`;
  return { ...damage('torn', line, what, about), remedy: repaired, handling: 'repaired' };
}

function damage(kind: JournalProblem['kind'], line: number, what: string, about: string): JournalProblem {
  const said = about === '' ? what : `${what} (${about})`;
  return {
    kind,
    line,
    about,
    what: said,
    where: `${journalName}:${line}`,
    remedy: refused,
    handling: 'refused',
  };
}

/** `line 7 was`, `lines 7 to 9 were`. */
function linesText(count: number, first: number): string {
  return count === 1 ? `line ${first} was` : `lines ${first} to ${first + count - 1} were`;
}

/** Of no bytes when there is no such line. */
async function readLine(path: string, { offset, length }: LinePlace): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    return (await file.read(Buffer.alloc(length), 0, length, offset)).buffer;
  } finally {
    await file.close();
  }
}

/** A line that swallowed the one behind it, with the line feed between them, is none any more. */
function isJson(bytes: Buffer): boolean {
  try {
    return bytes.length === 0 || JSON.parse(bytes.toString('utf8')) !== undefined;
  } catch {
    return false;
  }
}
