import { pause } from '../../core/deadline.js';
import { listBootDrives } from '../../drivers/discover/boot-drives.js';
import { markOf, readBootDrive } from '../../drivers/flash/uf2/boot-drive.js';
import type { SlotPower } from '../../gpio/power.js';
import type { PortEvidence } from './port-verdict.js';

export interface MapDriveOptions {
  power: SlotPower;
  /** Folders at which drives may appear: path in the station file to the folder. */
  folders: ReadonlyMap<string, string>;
  /** Also looks for drives that this host has mounted elsewhere. */
  onHost: boolean;
  signal: AbortSignal;
}

/** From the board's start to its mounted drive, in ms, as the driver uf2 has it. */
const appearMs = 4000;
/** After the first drive, for a second one. */
const othersMs = 300;
const lookMs = 50;

/** Starts the board in its loader and finds the boot drives that this makes appear. The caller switches it off. */
export async function findSlotDrives(options: MapDriveOptions): Promise<PortEvidence[]> {
  const { power, signal } = options;
  await power.off({ signal });
  const before = await marksIn(options);
  await power.enterLoader({ signal });
  const startedAt = performance.now();
  let answeredAt: number | undefined;
  for (;;) {
    const now = performance.now();
    const fresh = [...(await marksIn(options))].filter(
      ([folder, { mark }]) => before.get(folder)?.mark !== mark,
    );
    if (fresh.length > 0) answeredAt ??= now;
    const isDone = answeredAt === undefined ? now - startedAt >= appearMs : now - answeredAt >= othersMs;
    if (isDone) return Promise.all(fresh.map(([folder, { path }]) => evidenceOf(folder, path)));
    await pause(lookMs, signal);
  }
}

/** The drives that are there, by folder, with what tells one appearance from another. */
async function marksIn({
  folders,
  onHost,
}: MapDriveOptions): Promise<Map<string, { path: string; mark: string }>> {
  const places = new Map([...folders].map(([path, folder]) => [folder, path]));
  if (onHost) {
    for (const { mountedAt } of await listBootDrives())
      if (mountedAt !== undefined && !places.has(mountedAt)) places.set(mountedAt, mountedAt);
  }
  const marks = new Map<string, { path: string; mark: string }>();
  for (const [folder, path] of places) {
    const mark = await markOf(folder).catch(() => undefined);
    if (mark !== undefined) marks.set(folder, { path, mark });
  }
  return marks;
}

async function evidenceOf(folder: string, path: string): Promise<PortEvidence> {
  const drive = await readBootDrive(folder).catch(() => undefined);
  return { path, how: `its drive appeared${drive ? `, ${drive.boardId}` : ''}` };
}
