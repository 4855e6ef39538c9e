import { portOf, type Slot } from '../types.js';
import { estimateBatch, pendingOf } from './estimate.js';
import { gateText } from './gate-text.js';
import { shownPath } from './slot-at.js';
import type { Batch, BatchUnit, Swap } from './types.js';
import { waveSizes } from './wave-sizes.js';

/** What of a long list is shown. */
const shown = 8;

/** The plan of a batch as a dry run prints it: what would be done to which units, where, with what, and under which limits. Ends with a line end. */
export function planText(batch: Batch): string {
  const rows: [string, string[]][] = [
    ['batch', [batch.id, ...(batch.description === undefined ? [] : [batch.description])]],
    ['files', batch.files.map(shownPath)],
    ['programme', [batch.programme]],
    [
      'stations',
      batch.stations.map(
        ({ name, slots, bench }) =>
          `${name}: ${counted(slots.length, 'slot')}${bench ? ', virtual bench' : ''}`,
      ),
    ],
    ['boards', batch.job ? [] : boardsOf(batch)],
    [
      batch.job ? 'commands' : 'releases',
      batch.job ? batch.job.commands.map(({ name, run }) => `${name}: ${run}`) : releasesOf(batch),
    ],
    ['units', unitsOf(batch)],
    ['order', [orderOf(batch)]],
    ['waves', wavesOf(batch)],
    ['swap', [swapText(batch.swap)]],
    ['gates', batch.gates.length === 0 ? ['every unit must pass'] : batch.gates.map(gateText)],
    [
      'skipped',
      cut(
        batch.units.flatMap(({ refused, ...unit }) =>
          refused ? `${unitName(unit)}: ${refused.code}, ${refused.why}` : [],
        ),
      ),
    ],
    ['notices', batch.notices],
    ['time', [timeOf(batch)]],
  ];
  const width = Math.max(...rows.map(([title]) => title.length));
  const lines = rows
    .filter(([, texts]) => texts.length > 0)
    .flatMap(([title, texts]) =>
      texts.map((text, index) => `${(index === 0 ? title : '').padEnd(width)}  ${text}`),
    );
  return `${lines.join('\n')}\n`;
}

function boardsOf({ stations }: Batch): string[] {
  const slots = stations.flatMap((station) => station.slots);
  return different(slots, ({ board }) => board.name).map(({ board }) => {
    const { recovery, backup, rollbackOnFailure, deadlines } = board;
    const limits = [
      `${recovery.attempts} ${recovery.attempts === 1 ? 'try' : 'tries'} of a write`,
      backup === 'none'
        ? 'no backup'
        : `backup of the ${backup === 'whole' ? 'whole flash' : 'written regions'}`,
      ...(rollbackOnFailure ? ['rolled back when it fails'] : []),
      ...(deadlines?.unitSeconds === undefined ? [] : [`${deadlines.unitSeconds} s a unit at most`]),
    ];
    return `${board.name} (${board.chip}, ${board.flash.driver}): ${limits.join(', ')}`;
  });
}

function releasesOf({ stations }: Batch): string[] {
  const slots = stations.flatMap((station) => station.slots);
  return different(slots, ({ release }) => release.name + release.sha256).map(({ release }) => {
    const bytes = release.images.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    const names = release.images.map(({ name }) => name).join(', ');
    return `${release.name}: version ${release.version} for ${release.chip}, ${names}, ${bytes} bytes, sha256 ${release.sha256}`;
  });
}

function unitsOf(batch: Batch): string[] {
  const { units, range } = batch;
  const todo = pendingOf(batch);
  const part = range ? `, ${range.from} to ${range.to} of ${units.length}` : '';
  const named = units.filter(
    ({ serial, place, refused }) => refused === undefined && (serial !== undefined || place !== undefined),
  );
  const listed = named.map(
    (unit) => `${unitName(unit)}${unit.place ? `: ${placeOf(unit.place, batch)}` : ''}`,
  );
  return [`${todo} to be done${part}`, ...cut(listed)];
}

/** `slot1 of station1, /dev/…`. */
function placeOf({ station, slot }: NonNullable<BatchUnit['place']>, { stations }: Batch): string {
  const found = stations.find(({ name }) => name === station)?.slots.find(({ id }) => id === slot);
  return `${slot} of ${station}${found ? `, ${portOf(found)}` : ''}`;
}

function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}

function unitName({ number, serial }: Omit<BatchUnit, 'refused'>): string {
  return serial === undefined ? `unit ${number}` : `unit ${number} (${serial})`;
}

function orderOf({ strategy, atOnce, retries }: Batch): string {
  const most = strategy === 'sequential' ? 'one after the other' : `${strategy}, ${atOnce} at once`;
  return retries === 0
    ? most
    : `${most}, up to ${counted(retries, 'further attempt')} at a unit that did not pass`;
}

function wavesOf(batch: Batch): string[] {
  const { waves, strategy, successThreshold, rollbackWave } = batch;
  const sizes = waveSizes(waves, pendingOf(batch));
  const judged = `each must pass to ${successThreshold} %${rollbackWave ? ', or it is rolled back' : ''}`;
  const how =
    waves.kind === 'time-based'
      ? `what is begun within ${waves.seconds} s`
      : `${sizes.slice(0, shown).join(', ')}${sizes.length > shown ? `, … (${sizes.length} waves)` : ''} ${sizes.length === 1 && sizes[0] === 1 ? 'unit' : 'units'}`;
  const memory =
    waves.kind === 'memory-adaptive'
      ? [`fewer while more than ${Math.round(waves.memoryThreshold * 100)} % of the memory is in use`]
      : [];
  return [[how, ...memory, ...(strategy === 'gradual' ? [judged] : [])].join('; ')];
}

function swapText({ by, detect, everySeconds, waitSeconds }: Swap): string {
  if (detect === 'none') return 'none: what is in the slots is all there is';
  const seen = {
    identity: 'its loader shows another id',
    port: 'its port went and came back',
    operator: 'the operator says so',
  }[detect];
  const wait = waitSeconds === undefined ? '' : `, for ${waitSeconds} s at most`;
  return `${by === 'panel' ? 'all slots of a station together' : 'each slot by itself'}; a new board is there when ${seen}, looked for every ${everySeconds} s${wait}`;
}

function timeOf(batch: Batch): string {
  const { seconds, basis } = estimateBatch(batch);
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const text =
    hours > 0
      ? `${hours} h ${minutes} min`
      : minutes > 0
        ? `${minutes} min ${seconds % 60} s`
        : `${seconds} s`;
  return `about ${text} (${basis})`;
}

function different(slots: readonly Slot[], key: (slot: Slot) => string): Slot[] {
  return slots.filter((slot, index) => slots.findIndex((other) => key(other) === key(slot)) === index);
}

function cut(lines: readonly string[]): string[] {
  return lines.length <= shown
    ? [...lines]
    : [...lines.slice(0, shown), `… and ${lines.length - shown} more`];
}
