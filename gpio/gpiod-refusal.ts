import { pause } from '../core/deadline.js';
import { RigError } from '../core/errors.js';
import type { ErrorCode } from '../core/error-catalogue.js';
import type { GpiodChip } from './gpiod-chips.js';
import { livingHolder, startedFor, type GpiodPlace } from './gpiod-note.js';
import { endProcess } from './gpiod-process.js';
import { runGpiod } from './gpiod-run.js';
import { parseConsumers } from './gpiod-tools.js';

const meanings: [RegExp, ErrorCode][] = [
  [/permission denied|operation not permitted/i, 'LINE_PERMISSION'],
  [/resource busy/i, 'LINE_BUSY'],
  [/out of range/i, 'LINE_NOT_FOUND'],
];

/** Somebody who only looks at the line or is just ending has let go of it after this long. */
const busyForMs = 200;
const tryEveryMs = 2;

/** What came of one try, or what the command complained of. */
export type Attempt<T> = { done: T } | { complaint: string };

/**
 * Tries until nobody else has the line, or long enough. A holder of this rig that was never noted, since who started it was killed just
 * then, is found by its environment and ended.
 */
export async function whileBusy<T>(
  place: GpiodPlace,
  attempt: () => Promise<Attempt<T>>,
  failed: (complaint: string) => Promise<RigError>,
): Promise<T> {
  const due = performance.now() + busyForMs;
  for (;;) {
    const result = await attempt();
    if ('done' in result) return result.done;
    if (meaningOf(result.complaint) !== 'LINE_BUSY' || performance.now() > due)
      throw await failed(result.complaint);
    const noted = livingHolder(place);
    for (const stray of startedFor(place).own) if (stray.pid !== noted?.pid) await endProcess(stray);
    await pause(tryEveryMs);
  }
}

/** What the command's complaint means for the line; names who has a busy one. Anything that is not known is LINE_LOST. */
export async function refusal(
  place: GpiodPlace,
  chip: GpiodChip,
  doing: string,
  complaint: string,
): Promise<RigError> {
  const code = meaningOf(complaint);
  const more = code === 'LINE_BUSY' ? `; ${await holderText(place, chip)}` : '';
  return new RigError(
    code,
    `${place.name} (${chip.name} line ${place.address.line}): ${doing} failed: ${complaint}${more}`,
  );
}

/** Who has the line, for a message. */
async function holderText(place: GpiodPlace, chip: GpiodChip): Promise<string> {
  const { stdout } = await runGpiod('gpioinfo', place.syntax.info(chip.name));
  const consumer = parseConsumers(stdout).get(place.address.line);
  const { others } = startedFor(place);
  const whose = others.length === 0 ? '' : ` (${others.join(', ')}: another rig's run)`;
  return consumer === undefined ? 'its holder let go of it meanwhile' : `it is held by '${consumer}'${whose}`;
}

function meaningOf(complaint: string): ErrorCode {
  return meanings.find(([pattern]) => pattern.test(complaint))?.[1] ?? 'LINE_LOST';
}
