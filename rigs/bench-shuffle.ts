import { createHash } from 'node:crypto';
import type { Slot } from './types.js';

/** Where the host finds what belongs to the board of a slot: paths as station files write them. */
export interface PortPlace {
  serial?: string;
  bootDrive?: string;
}

/**
 * Where each slot's port and drive is. Without a seed, where the station file says. With one, the boards are wired to the same paths in another
 * way: no board is where it would be if slots and paths stood in the same order. That depends on the seed, the slots and the set of
 * paths alone, so that correcting the file does not change the world.
 */
export function placePorts(slots: readonly Slot[], seed: string | undefined): Map<string, PortPlace> {
  const places = new Map<string, PortPlace>(slots.map(({ id }) => [id, {}]));
  const place = (kind: keyof PortPlace, pathOf: (slot: Slot) => string | undefined): void => {
    const having = slots.filter((slot) => pathOf(slot) !== undefined);
    const paths = having.flatMap((slot) => pathOf(slot) ?? []);
    const wired = seed === undefined ? paths : shuffled(inOrder(paths), `${seed}/${kind}`);
    for (const [index, { id }] of having.entries()) {
      const path = wired[index];
      if (path !== undefined) places.set(id, { ...places.get(id), [kind]: path });
    }
  };
  place('serial', ({ serial }) => serial?.path);
  place('bootDrive', ({ bootDrive }) => bootDrive);
  return places;
}

function inOrder(paths: readonly string[]): string[] {
  return [...paths].sort((one, two) => one.localeCompare(two, 'en', { numeric: true }));
}

/** Sattolo's shuffle: one cycle through all, so that nothing stays in its place. */
function shuffled(items: readonly string[], seed: string): string[] {
  const order = [...items];
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = Math.floor(diceOf(`${seed}/${last}`) * last);
    const [one, two] = [order[last], order[other]];
    if (one === undefined || two === undefined) continue;
    order[last] = two;
    order[other] = one;
  }
  return order;
}

/** 0 … 1, below 1. */
function diceOf(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32LE(0) / 2 ** 32;
}
