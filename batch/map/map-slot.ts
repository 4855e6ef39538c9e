import { pause } from '../../core/deadline.js';
import { asRigError } from '../../core/errors.js';
import type { DeviceIdentity } from '../../core/record.js';
import { askLoader } from '../../drivers/discover/ask-loader.js';
import { loaderOfChip, type LoaderFound } from '../../drivers/discover/loader-found.js';
import type { SerialPortFound } from '../../drivers/discover/serial-ports.js';
import type { SlotPower } from '../../gpio/power.js';
import { loaderEntry } from '../../rigs/loader-entry.js';
import type { Slot } from '../../rigs/types.js';
import type { CandidatePort } from './map-candidates.js';
import type { PortEars } from './port-ears.js';
import type { PortEvidence } from './port-verdict.js';
import { probeBoard } from '../station/probe-board.js';

export interface MapSlotOptions {
  /** As the station file has it: the paths that stand there say nothing yet. */
  slot: Slot;
  power: SlotPower;
  ears: PortEars;
  /** Ports that spoke while every slot was off. */
  noisy: readonly CandidatePort[];
  /** The ports that there are now, for those that come with the power. */
  listPorts: () => Promise<SerialPortFound[]>;
  signal: AbortSignal;
}

/** Everything is off, and yet something speaks: whatever it is, it is not the board that is to be found. */
const quietMs = 200;
/** Longest wait for a first word of a board's console; every ROM has spoken by then. */
const mostListenMs = 3000;
/** After the first word, for a second port that speaks. */
const othersMs = 400;
const lookMs = 20;
/** Between two looks for ports that come with the power. */
const lookForPortsMs = 250;
/** A USB device is there so long after its power, and has its link by path. */
const enumerateMs = 4000;
/** A ROM that says that it waits in its loader has said so. */
const loaderTextMs = 150;

/**
 * Gives one slot power, while all others are off, and finds the serial ports that answer: a console, a loader, or a port that was not there before. The
 * caller switches it off. Throws what power throws, and the signal's reason.
 */
export async function findSlotPorts(options: MapSlotOptions): Promise<PortEvidence[]> {
  const { slot, power, ears, listPorts, signal } = options;
  ears.forget();
  await pause(quietMs, signal);
  const noisy = [...options.noisy, ...ears.speakers()];
  const before = new Set((await listPorts()).map(({ device }) => device));
  const quiet = (ports: readonly CandidatePort[]) => ports.filter((port) => !noisy.includes(port));

  await power.runFirmware({ signal, beforeOn: async () => ears.forget() });
  const newcomers = await listen(options, before, () => quiet(ears.speakers()).length > 0);
  const evidence = newcomers.map(({ path }): PortEvidence => ({ path, how: 'appeared with the power' }));
  if (evidence.length > 0 && slot.serial?.native) return evidence;
  const speakers = quiet(ears.speakers());
  if (speakers.length === 0 && evidence.length === 0) return askAll(options, quiet(ears.ports));
  for (const port of speakers) {
    const words = ears.lastWords(port);
    // Two that speak cannot both be the slot's: who they are would not settle it.
    const who = speakers.length === 1 ? await identify(options, port) : undefined;
    evidence.push({ path: port.path, how: who === undefined ? words : `${words}; ${who}` });
  }
  return evidence;
}

/** Listens until something answered and others had their time too. Returns the ports that came. */
async function listen(
  { slot, listPorts, signal }: MapSlotOptions,
  before: ReadonlySet<string>,
  hasSpoken: () => boolean,
): Promise<SerialPortFound[]> {
  const comesWithPower = slot.serial?.native === true || (slot.power !== undefined && 'hub' in slot.power);
  const startedAt = performance.now();
  const longestMs = comesWithPower ? enumerateMs : Math.min(slot.board.boot.timeoutMs, mostListenMs);
  let newcomers: SerialPortFound[] = [];
  let answeredAt: number | undefined;
  let lookedAt = -Infinity;
  for (;;) {
    const now = performance.now();
    if (now - lookedAt > lookForPortsMs) {
      newcomers = (await listPorts()).filter(({ device }) => !before.has(device));
      lookedAt = now;
    }
    const hasLink = newcomers.some(({ path, device }) => path !== device);
    if (hasSpoken() || hasLink) answeredAt ??= now;
    if (answeredAt !== undefined && now - answeredAt >= othersMs) return newcomers;
    if (now - startedAt >= longestMs) return newcomers;
    await pause(lookMs, signal);
  }
}

/** A board without firmware says nothing by itself; its loader may. All silent ports are asked at once, since a loader waits a second at most. */
async function askAll(
  { slot, power, ears, signal }: MapSlotOptions,
  ports: readonly CandidatePort[],
): Promise<PortEvidence[]> {
  const kind = loaderOfChip(slot.board.chip);
  if (kind === undefined || !entersByLines(slot)) return [];
  ears.forget();
  await power.enterLoader({ signal });
  await pause(loaderTextMs, signal);
  const asked = await ears.without(ports, () =>
    Promise.all(
      ports.map(async (port) => ({
        port,
        found: await askLoader(port.device, kind, signal).catch(() => undefined),
      })),
    ),
  );
  signal.throwIfAborted();
  return asked.flatMap(({ port, found }) => (found ? { path: port.path, how: loaderText(found) } : []));
}

/** Who is on the port, by the board's own driver; why it could not tell is no reason to doubt what was heard. */
async function identify(
  { slot, power, ears, signal }: MapSlotOptions,
  port: CandidatePort,
): Promise<string | undefined> {
  const { board, serial } = slot;
  const isSerial = ['esptool-js', 'esptool', 'avrdude', 'stm32flash'].includes(board.flash.driver);
  if (serial === undefined || !isSerial || !(serial.autoReset || entersByLines(slot))) return undefined;
  return ears.without([port], async () => {
    try {
      return identityText(await probeBoard(slot, power, { signal, path: port.device }));
    } catch (thrown) {
      signal.throwIfAborted();
      return `its loader: ${asRigError(thrown).message}`;
    }
  });
}

/** Whether only firmware can speak on the slot's port: there is no loader that can be asked there. */
export function needsFirmware(slot: Slot): boolean {
  return loaderOfChip(slot.board.chip) === undefined || !entersByLines(slot);
}

/** Whether the slot's lines take a board into its loader. */
function entersByLines({ board, power, boot, reset }: Slot): boolean {
  const entry = loaderEntry(board.flash.driver, { boot, reset });
  if (entry === 'nothing') return false;
  return entry === 'reset' ? reset !== undefined : boot !== undefined && (power ?? reset) !== undefined;
}

function identityText({ chip, mac, uid }: DeviceIdentity): string {
  return [chip, mac ?? uid].filter((part) => part !== undefined).join(' ');
}

function loaderText({ chip, description, mac }: LoaderFound): string {
  return `loader of ${[chip ?? description, mac].filter((part) => part !== undefined).join(' ')}`;
}
