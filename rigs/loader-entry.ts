import type { FlashDriverKind } from '../drivers/flash/flash-driver.js';

/**
 * What takes a board into its loader: a `strap` that is sampled when it starts, its `reset` alone, since its loader runs first after each, or
 * `nothing`, since it can be updated while its firmware runs.
 */
export type LoaderEntry = 'strap' | 'reset' | 'nothing';

const entries: Record<Exclude<FlashDriverKind, 'command'>, LoaderEntry> = {
  'esptool-js': 'strap',
  esptool: 'strap',
  avrdude: 'reset',
  stm32flash: 'strap',
  uf2: 'strap',
  'ota-http': 'nothing',
  espota: 'nothing',
};

/** A tool that is only described is given what the slot has. */
export function loaderEntry(driver: FlashDriverKind, slot: { boot?: unknown; reset?: unknown }): LoaderEntry {
  if (driver !== 'command') return entries[driver];
  if (slot.boot !== undefined) return 'strap';
  return slot.reset === undefined ? 'nothing' : 'reset';
}
