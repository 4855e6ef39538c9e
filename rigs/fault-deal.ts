import { createHash } from 'node:crypto';
import { RigError } from '../core/errors.js';
import type { Fault, FaultKind } from './faults.js';
import type { Slot, Station } from './types.js';

/** A board that gets its faults. */
export interface DealtBoard {
  /** The how manyeth of its slot, from 1. */
  count: number;
  /** The how manyeth of the bench, from 1. */
  unit: number;
}

/**
 * The faults that a board in a slot has: those that name neither slot nor board, or its own, and whose dice fell that way. The dice depend on the
 * station's seed, the slot's id, the board's count in the slot and the fault's place in the list only, so that the same file gives the same faults.
 */
export function dealFaults(
  station: Pick<Station, 'faults' | 'seed'>,
  slot: Pick<Slot, 'id'>,
  { count, unit }: Partial<DealtBoard> = {},
): FaultKind[] {
  return station.faults.flatMap((fault, index): FaultKind[] => {
    const { slots, units, probability, ...kind } = fault;
    if (slots !== undefined && !slots.includes(slot.id)) return [];
    if (units !== undefined && (unit === undefined || !units.includes(unit))) return [];
    if (diceOf(station.seed, slot.id, index, count) >= (probability ?? 1)) return [];
    return [kind];
  });
}

/** 0 … 1, below 1, evenly spread. */
function diceOf(seed: number, slot: string, index: number, count = 1): number {
  const text = `${seed}/${slot}/${index}${count === 1 ? '' : `/${count}`}`;
  return createHash('sha256').update(text).digest().readUInt32LE(0) / 2 ** 32;
}

interface KindSyntax {
  /** As it stands in messages. */
  example: string;
  /** Undefined when the argument is missing or wrong. */
  parse(argument: string | undefined): FaultKind | undefined;
}

/** As in the schema. */
const longestMs = 3_600_000;
const shortestRiseMs = 60;
const shortAfter = numeric('short@500', (afterMs) => within(afterMs, longestMs, { kind: 'short', afterMs }));

const kinds: Record<FaultKind['kind'], KindSyntax> = {
  dead: plain('dead'),
  empty: plain('empty'),
  'no-power': plain('no-power'),
  'slow-rise': numeric('slow-rise@1500', (riseMs) =>
    riseMs < shortestRiseMs ? undefined : within(riseMs, longestMs, { kind: 'slow-rise', riseMs }),
  ),
  short: {
    example: 'short',
    parse: (argument) => (argument === undefined ? { kind: 'short' } : shortAfter.parse(argument)),
  },
  'stuck-on': plain('stuck-on'),
  'bad-cell': numeric('bad-cell@0x20000', (address) => ({ kind: 'bad-cell', address })),
  'dropped-bytes': numeric('dropped-bytes@0.01', (share) =>
    within(share, 1, { kind: 'dropped-bytes', share }),
  ),
  hang: numeric('hang@50', (percent) => within(percent, 100, { kind: 'hang', percent })),
  protected: plain('protected'),
  'wrong-chip': textual('wrong-chip@esp32s3', /^[a-z][0-9a-z]+$/i, (chip) => ({
    kind: 'wrong-chip',
    chip: chip.toLowerCase(),
  })),
  'low-heap': numeric('low-heap@40000', (bytes) => ({ kind: 'low-heap', bytes })),
  panic: numeric('panic@500', (afterMs) => ({ kind: 'panic', afterMs })),
  'brownout-at-wifi': plain('brownout-at-wifi'),
  'wrong-version': textual('wrong-version@0.9.0', /^.{1,31}$/, (version) => ({
    kind: 'wrong-version',
    version,
  })),
  'silent-console': plain('silent-console'),
  'duplicate-mac': textual('duplicate-mac@24:6f:28:00:00:01', /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i, (mac) => ({
    kind: 'duplicate-mac',
    mac: mac.toLowerCase(),
  })),
};

/**
 * Faults from one line of text, as in the environment variable RIG_FAULTS: `slot2:bad-cell@0x20000, slot5:dead, *:hang@50, #17:dead`. Parts are
 * separated by commas or spaces; `*` or no slot means every slot, `#17` the 17th board that the bench makes; what follows `@` is the fault's argument. Throws
 * CONFIG_INVALID, naming every bad part and the kinds that exist.
 */
export function parseFaults(text: string): Fault[] {
  const parts = text.split(/[\s,]+/).filter((part) => part !== '');
  const bad: string[] = [];
  const faults = parts.flatMap((part) => {
    const fault = parseFault(part);
    if (fault === undefined) bad.push(part);
    return fault ?? [];
  });
  if (bad.length === 0) return faults;
  const known = Object.values(kinds).map((kind) => kind.example);
  throw new RigError(
    'CONFIG_INVALID',
    `RIG_FAULTS: ${bad.map((part) => `'${part}'`).join(', ')} is not a fault; write slot:fault, #unit:fault or just fault, with one of: ${known.join(' ')}`,
  );
}

function parseFault(part: string): Fault | undefined {
  const match = /^(?:(?<slot>[^:@]+):)?(?<kind>[a-z-]+)(?:@(?<argument>.+))?$/.exec(part);
  const { slot, kind, argument } = match?.groups ?? {};
  if (kind === undefined || !isKind(kind)) return undefined;
  const found = kinds[kind].parse(argument);
  if (found === undefined) return undefined;
  if (slot === undefined || slot === '*') return found;
  if (!slot.startsWith('#')) return { ...found, slots: [slot] };
  return /^#[1-9]\d{0,5}$/.test(slot) ? { ...found, units: [Number(slot.slice(1))] } : undefined;
}

function isKind(text: string): text is FaultKind['kind'] {
  return Object.hasOwn(kinds, text);
}

/** The kinds that have no argument. */
type PlainKind =
  'dead' | 'empty' | 'no-power' | 'stuck-on' | 'protected' | 'brownout-at-wifi' | 'silent-console';

function plain(kind: PlainKind): KindSyntax {
  return { example: kind, parse: (argument) => (argument === undefined ? { kind } : undefined) };
}

function numeric(example: string, make: (value: number) => FaultKind | undefined): KindSyntax {
  const number = /^(0x[0-9a-f]+|\d+(\.\d+)?)$/i;
  return {
    example,
    parse: (argument) =>
      argument !== undefined && number.test(argument) ? make(Number(argument)) : undefined,
  };
}

function textual(example: string, form: RegExp, make: (text: string) => FaultKind): KindSyntax {
  return {
    example,
    parse: (argument) => (argument !== undefined && form.test(argument) ? make(argument) : undefined),
  };
}

function within(value: number, most: number, fault: FaultKind): FaultKind | undefined {
  return value <= most ? fault : undefined;
}
