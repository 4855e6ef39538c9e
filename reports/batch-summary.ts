import { batchProgress, type BatchProgress, type WaveResult } from './batch-part.js';
import type { BatchLines } from './run-data.js';
import { oneLine } from './text.js';
import type { AttemptFacts, Unit } from './units.js';

/** Units that are told one by one; the others are counted. */
const toldOneByOne = 100;

/** `batch lot-7 (gradual, provision): 100 units`. */
export function batchHeading({ headers }: BatchLines): string {
  const { id = '', strategy = '', programme = '', units = 0, description } = headers.at(-1) ?? {};
  const what = description === undefined ? '' : `\n${oneLine(description)}`;
  return `batch ${id} (${strategy}, ${programme}): ${units} units${what}`;
}

/** What a person has to know of a batch as a whole, in blocks: what is left, waves, gates, what was decided, notices. */
export function batchText(lines: BatchLines, units: readonly Unit<AttemptFacts>[]): string[] {
  const progress = batchProgress(lines, units);
  return [
    left(progress),
    refused(progress),
    waves(progress.waves),
    lines.gates
      .map(({ gate, then, why, at }) => `gate ${gate} (${then}) at ${at}: ${oneLine(why)}`)
      .join('\n'),
    lines.controls.map(({ what, by, why, at }) => `${what} by ${by} at ${at}: ${oneLine(why)}`).join('\n'),
    changes(lines),
    notices(lines),
  ];
}

function left({ untouched, in_hand: inHand, pending }: BatchProgress): string {
  const others = pending - untouched - inHand.length;
  return [
    ...(untouched > 0 ? [`${untouched} units untouched`] : []),
    ...(inHand.length > 0
      ? [`${inHand.length} units in hand when their run died: ${inHand.map(String).join(', ')}`]
      : []),
    ...(others > 0 ? [`${others} units begun, without a result`] : []),
    ...(pending > 0 ? [`${pending} units to be done: resume the batch`] : []),
  ].join('\n');
}

/** Units that nobody has to look for: the batch skips them. */
function refused({ refused: units }: BatchProgress): string {
  if (units.length === 0) return '';
  const named = units.slice(0, toldOneByOne).map(({ unit, serial, code, why }) => {
    const name = serial === undefined ? `unit ${unit}` : `${oneLine(serial)} (unit ${unit})`;
    return `  ${name}: ${code}, ${oneLine(why)}`;
  });
  const more = units.length - named.length;
  const rest = more > 0 ? [`  … and ${more} more: the batch report`] : [];
  return [
    `${units.length} units skipped, since the batch cannot bring them to the release:`,
    ...named,
    ...rest,
  ].join('\n');
}

/** Waves that passed are counted; one that did not is told. */
function waves(results: readonly WaveResult[]): string {
  const passed = results.filter(({ verdict }) => verdict === 'passed').length;
  const others = results.filter(({ verdict }) => verdict !== 'passed');
  if (results.length === 0) return '';
  return [`${passed} of ${results.length} waves passed`, ...others.map(waveText)].join('\n');
}

function waveText({
  wave,
  units,
  verdict,
  success_rate: rate,
  rollback,
  rolled_back: back,
}: WaveResult): string {
  if (verdict === 'open') return `wave ${wave}: ${units} units begun, not judged`;
  const missed = `wave ${wave}: MISSED its threshold, ${rate ?? 0} % of ${units} units passed`;
  return rollback ? `${missed}; rolled back: ${back} of ${units}` : missed;
}

function changes({ headers }: BatchLines): string {
  const forced = headers.filter(({ changed }) => changed.length > 0);
  return forced
    .map(({ changed, runId }) => `run ${runId} went on although these had changed: ${changed.join(', ')}`)
    .join('\n');
}

function notices({ headers }: BatchLines): string {
  const said = headers.at(-1)?.notices ?? [];
  return said.length === 0 ? '' : ['notices:', ...said.map((notice) => `  ${oneLine(notice)}`)].join('\n');
}
