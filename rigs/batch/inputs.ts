import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { NetworkAddress } from '../../drivers/network/network-address.js';
import type { Board, Release, Station } from '../types.js';
import type { Batch, BatchInput } from './types.js';

/** What decides the results of a batch, each with its hash: stations, boards with what the batch says in place of their limits, releases, units and rules. */
export function inputsOf(batch: Batch, unitList?: string): BatchInput[] {
  const slots = batch.stations.flatMap((station) => station.slots);
  return [
    input('batch', batch.id, rulesOf(batch)),
    input('units', unitList === undefined ? 'units' : basename(unitList), batch.units),
    ...batch.stations.map((station) => input('station', station.name, wiringOf(station))),
    ...grouped(
      'board',
      slots.map(({ board }) => board),
      ({ file: _, ...board }: Board) => board,
    ),
    ...grouped(
      'release',
      slots.map(({ release }) => release),
      ({ version, chip, skip, write, images }: Release) => ({
        version,
        chip,
        skip,
        write,
        images: images.map(({ name, offset, sha256 }) => [name, offset, sha256]),
      }),
    ),
  ];
}

/** Names of the inputs that are not what they were, that are new, or that are gone: `board esp32-devkit`. */
export function changedInputs(before: Record<string, string>, now: readonly BatchInput[]): string[] {
  const current = new Map(now.map(({ kind, name, sha256 }) => [`${kind} ${name}`, sha256]));
  const names = new Set([...Object.keys(before), ...current.keys()]);
  return [...names].filter((name) => before[name] !== current.get(name));
}

/** What decides when a unit is done and what it must keep, without what only names or shows it. */
function rulesOf(batch: Batch): unknown {
  const { programme, strategy, waves, successThreshold, rollbackWave, retries, gates, job } = batch;
  return { programme, strategy, waves, successThreshold, rollbackWave, retries, gates, job };
}

/** Boards and releases have inputs of their own, and the faults of virtual boards are no part of the rig. */
function wiringOf({ file: _, faults: _faults, seed: _seed, slots, ...station }: Station): unknown {
  return {
    ...station,
    slots: slots.map(({ board, release, network, ...slot }) => ({
      ...slot,
      ...(network && { network: withoutPassword(network) }),
      board: board.name,
      release: release.name,
    })),
  };
}

function withoutPassword({ password: _, ...address }: NetworkAddress): unknown {
  return address;
}

/** One input a name; several things of one name, such as a board with different limits in two slots, count together. */
function grouped<T extends { name: string }>(
  kind: BatchInput['kind'],
  all: readonly T[],
  said: (thing: T) => unknown,
): BatchInput[] {
  const names = [...new Set(all.map(({ name }) => name))];
  return names.map((name) => {
    const texts = all.filter((thing) => thing.name === name).map((thing) => JSON.stringify(said(thing)));
    return input(kind, name, [...new Set(texts)].sort());
  });
}

function input(kind: BatchInput['kind'], name: string, said: unknown): BatchInput {
  return { kind, name, sha256: createHash('sha256').update(JSON.stringify(said)).digest('hex') };
}
