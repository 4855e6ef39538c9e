import { RigError } from '../../core/errors.js';
import { bootSignatures, powerOnCause, resetBanners, type BootSignature } from './boot-signatures.js';
import type { Console, ConsoleCursor, ConsoleMatch } from './console.js';
import type { Candidate } from './first-of.js';
import { quoted } from './quoted.js';
import { earliest, restartable } from './text-search.js';

/** How long a crash dump may take to reach the line with its address, about ten times what it needs at 115,200 baud. */
const dumpMs = 500;

/** Something a board says when it does not stay up: a fault, or the banner of a start. */
export type BoardEvent = { groups: Record<string, string | undefined> } & (
  { kind: 'fault'; signature: BootSignature } | { kind: 'reset' }
);

/** To be waited for with `firstOf` beside what is hoped for: every fault and start, as few patterns, which is eight times as fast. */
export const boardEvents: readonly Candidate<{ kind: 'board' }>[] = united([
  ...bootSignatures.map(({ pattern }) => pattern),
  ...resetBanners,
]).map((pattern) => ({ pattern, is: { kind: 'board' } }));

/** One pattern for all that share the `i` flag; it matches to the end of the line. */
function united(patterns: readonly RegExp[]): RegExp[] {
  const flags = ['m', 'im'];
  return flags.flatMap((flag) => {
    const sources = patterns.filter(({ ignoreCase }) => ignoreCase === flag.includes('i'));
    const unnamed = sources.map(({ source }) => source.replace(/\(\?<\w+>/g, '(?:'));
    return unnamed.length === 0 ? [] : [new RegExp(`(?:${unnamed.join('|')}).*`, flag)];
  });
}

/** Which event the text of a match is: of several on one line the one that the table names first. */
export function boardEventOf(text: string): BoardEvent {
  for (const signature of bootSignatures) {
    const found = signature.pattern.exec(text);
    if (found !== null) return { kind: 'fault', signature, groups: found.groups ?? {} };
  }
  const found = resetBanners.map((banner) => banner.exec(text)).find((match) => match !== null);
  return { kind: 'reset', groups: found?.groups ?? {} };
}

/**
 * The first fault or reset in the log since `cursor`, which must lie after the board was up: the end of its ready marker. A power-on
 * reset there is BOOT_BROWNOUT, any other reset BOOT_RESET.
 */
export function faultSince(console: Console, cursor: ConsoleCursor): RigError | undefined {
  const text = console.textFrom(cursor);
  const hit = earliest(text, searched);
  if (hit === undefined) return undefined;
  const { index, 0: line } = hit.found;
  const event = boardEventOf(line);
  if (event.kind === 'reset') return resetError(line, event.groups['cause']);
  const after = text.slice(index + line.length);
  return faultError(event, line, event.signature.details?.exec(after)?.groups?.['address']);
}

const searched = boardEvents.map(({ pattern }) => ({ regex: restartable(pattern), start: 0 }));

/** The error for an event that was waited for; gives a crash dump the time to say its address. */
export async function eventError(
  console: Console,
  event: BoardEvent,
  match: ConsoleMatch,
): Promise<RigError> {
  if (event.kind === 'reset') return resetError(match.text, event.groups['cause']);
  return faultError(event, match.text, await addressAfter(console, event.signature, match.end));
}

async function addressAfter(
  console: Console,
  { details }: BootSignature,
  from: ConsoleCursor,
): Promise<string | undefined> {
  if (details === undefined) return undefined;
  try {
    const onTimeout = () => new Error('no address');
    return (await console.expectText(details, { from, timeoutMs: dumpMs, onTimeout })).groups['address'];
  } catch {
    return undefined;
  }
}

function faultError(
  { signature: { code, means }, groups }: Extract<BoardEvent, { kind: 'fault' }>,
  line: string,
  addressBelow: string | undefined,
): RigError {
  const cause = groups['cause'];
  const address = groups['address'] ?? addressBelow;
  const where = address === undefined ? '' : ` at ${address}`;
  const what = cause === undefined ? `${means}${where}` : `${means}: ${quoted(cause)}${where}`;
  return new RigError(code, `${what}; the board said "${quoted(line.trim())}"`, {
    details: {
      line: quoted(line.trim()),
      ...(cause !== undefined && { cause: quoted(cause) }),
      ...(address !== undefined && { address }),
    },
  });
}

function resetError(line: string, cause: string | undefined): RigError {
  const details = { line: quoted(line), ...(cause !== undefined && { cause }) };
  if (cause !== undefined && powerOnCause.test(cause)) {
    const what = `the board started anew although the rig did not switch its power: its supply or its reset pin fell`;
    return new RigError('BOOT_BROWNOUT', `${what}; the board said "${quoted(line)}"`, { details });
  }
  return new RigError('BOOT_RESET', `the board reset itself; it said "${quoted(line)}"`, { details });
}
