import { findProgram, type FoundProgram } from '../../firmware/factory-app-codec.js';
import { hex } from '../../firmware/hex.js';
import { runFactoryApp } from '../app/factory-app.js';
import { appFaultsOf, faultOf } from '../board-faults.js';
import type { BoardParts } from '../board-family.js';
import { createOutput, type BoardOutput } from '../boot/output.js';
import { loads } from '../supply.js';
import { untilAborted } from '../until-aborted.js';
import { timings } from '../timings.js';
import { hardFaultDump } from './hard-fault.js';
import { uniqueIdOf } from './memory.js';
import { flashBase, type Stm32Model } from './models.js';

const zephyrVersion = 'v3.7.0';
/** A collapsing supply falls to this share of its nominal voltage. */
const brownoutShare = 0.5;

type RunningParts = BoardParts & Required<Pick<BoardParts, 'onHostBytes'>>;

/**
 * Runs what lies at that offset in flash. Resolves when it resets the chip; without a good vector table, or with nothing in it that the bench can
 * run, the chip is silent until the signal aborts.
 */
export async function runApplication(parts: RunningParts, model: Stm32Model, offset: number): Promise<void> {
  const { wire, flash, slot, signal, enter, supply, log } = parts;
  supply.setLoad(loads.app);
  wire.onReceive(parts.onHostBytes);
  const vectors = vectorProblem(flash.read(offset, 8), model, flash.sizeBytes);
  if (vectors !== undefined) {
    log(`locks up: ${vectors}`);
    enter('locked up');
    return untilAborted(signal);
  }
  wire.setBaudRate(slot.consoleBaudRate);
  const output = createOutput((bytes) => wire.send(bytes), { baudRate: slot.consoleBaudRate, signal });
  if (faultOf(slot.faults, 'silent-console')) output.mute();
  enter('application starts');
  output.work(timings.stm32Start);
  output.print(`*** Booting Zephyr OS build ${zephyrVersion} ***`);
  const found = findWhole(flash.read(offset, flash.sizeBytes - offset), log);
  if (found === 'damaged') return crash(parts, output);
  if (found === undefined) {
    await output.settle();
    enter('unknown application');
    return untilAborted(signal);
  }
  await runFactoryApp(appOf(parts, model, output, found), () => enter('application ready'));
}

function appOf(
  { wire, slot, supply, mac, signal, onHostBytes }: RunningParts,
  model: Stm32Model,
  output: BoardOutput,
  { program, version = '0.0.0' }: FoundProgram,
): Parameters<typeof runFactoryApp>[0] {
  return {
    program,
    version: faultOf(slot.faults, 'wrong-version')?.version ?? version,
    about: [`chip=${model.name}`, `uid=${uniqueIdOf(mac).toString('hex')}`, `zephyr=${zephyrVersion}`],
    crashDump: hardFaultDump('null-pointer', 'Resetting system'),
    mac,
    faults: appFaultsOf(slot.faults),
    output,
    setLoad: (milliamps) => supply.setLoad(milliamps),
    dipSupply: () => supply.dip(brownoutShare),
    onReceive: (listener) =>
      wire.onReceive((bytes) => {
        listener(bytes);
        onHostBytes(bytes);
      }),
    signal,
  };
}

/** What keeps the core from starting with these vectors: the stack's first word and the address of the first instruction. */
function vectorProblem(vectors: Buffer, { ram }: Stm32Model, flashBytes: number): string | undefined {
  const [stack, reset] = [vectors.readUInt32LE(0), vectors.readUInt32LE(4)];
  if (stack <= ram.first || stack > ram.end || stack % 4 !== 0) return `its stack pointer is ${hex(stack)}`;
  if (reset < flashBase || reset >= flashBase + flashBytes) return `its reset vector is ${hex(reset)}`;
  if (reset % 2 === 0) return `its reset vector ${hex(reset)} is not one of Thumb code`;
  return undefined;
}

function findWhole(image: Buffer, log: (text: string) => void): FoundProgram | undefined | 'damaged' {
  try {
    return findProgram(image);
  } catch (thrown) {
    log(
      `the application's program cannot be run: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
    );
    return 'damaged';
  }
}

async function crash({ enter, signal }: BoardParts, output: BoardOutput): Promise<never> {
  for (const line of hardFaultDump('damaged-image', 'Halting system')) output.print(line);
  await output.settle();
  enter('halted after a fault');
  return untilAborted(signal);
}
