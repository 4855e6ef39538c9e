import { pause } from '../../core/deadline.js';
import { hex } from '../../firmware/hex.js';
import type { BoardParts, BootMode } from '../board-family.js';
import { loads } from '../supply.js';
import { timings } from '../timings.js';
import { runApplication } from './application.js';
import { runLoader } from './loader.js';
import { createMemory, type Memory, type Protection } from './memory.js';
import { flashBase, type Stm32Model } from './models.js';

/** With this byte a host begins, for the loader to measure its rate. */
export const knock = Buffer.of(0x7f);
/** What a program writes, and where, to have its chip reset (ARMv7-M, AIRCR with SYSRESETREQ): so `stm32flash -R` does it from RAM. */
const resetRequest = Buffer.from([0x0c, 0xed, 0x00, 0xe0, 0x04, 0x00, 0xfa, 0x05]);
/** How much of a program in RAM is looked at for that. */
const programBytes = 256;

/** What a board keeps from one reset by a pin or by power to the next. */
export interface Kept {
  protection: Protection;
  /** The byte with which a host begins made a person's hand reset the board: its loader then has heard it, since the host sends it only once. */
  hasKnocked: boolean;
}

/** Runs the chip from one reset to the next, until the signal aborts; BOOT0 is sampled at each. */
export async function runStm32(
  boardParts: BoardParts,
  model: Stm32Model,
  kept: Kept,
  mode: BootMode,
): Promise<never> {
  const { flash, mac, supply, enter, log, signal } = boardParts;
  const { protection } = kept;
  const parts = {
    ...boardParts,
    onHostBytes(bytes: Buffer) {
      boardParts.onHostBytes?.(bytes);
      kept.hasKnocked = signal.aborted && bytes.at(-1) === knock[0];
    },
  };
  if (boardParts.knockedAt !== undefined) {
    boardParts.wire.setBaudRate(boardParts.knockedAt);
    kept.hasKnocked = true;
  }
  for (;;) {
    const memory = createMemory({ model, flash, mac, protection });
    if (mode === 'download') {
      enter('loader');
      supply.setLoad(loads.loader);
      const isSynced = kept.hasKnocked;
      kept.hasKnocked = false;
      const end = await runLoader(parts, { model, memory, protection, isSynced });
      log('go' in end ? `loader goes to ${hex(end.go)}` : `reset: ${end.reset}`);
      if ('go' in end) await goTo(end.go, parts, model, memory);
    } else {
      await runApplication(parts, model, 0);
    }
    parts.signal.throwIfAborted();
    mode = parts.strap();
    log(`reset by software, boots to ${mode}`);
  }
}

/** Jumps there; resolves at the next reset. */
async function goTo(
  address: number,
  parts: Parameters<typeof runApplication>[0],
  model: Stm32Model,
  memory: Memory,
): Promise<void> {
  if (address >= flashBase && address < flashBase + memory.sizeBytes) {
    // Whoever made the loader jump knocks again before the program speaks, or has let go of the port by then.
    parts.wire.onReceive(parts.onHostBytes);
    await pause(timings.stm32GoStart, parts.signal);
    return runApplication(parts, model, address - flashBase);
  }
  const program = memory.read(address, Math.min(programBytes, model.ram.end - address));
  if (program?.includes(resetRequest)) return;
  parts.enter('unknown program in RAM');
  const { signal } = parts;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
