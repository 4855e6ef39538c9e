import type { Problem } from '../problem.js';
import type { Place, PlaceDraft } from './draft.js';
import { saidByFlag } from './said.js';

/** `--devices` with the ports, hosts or mount points of the units. */
export function placesOfFlags(devices: readonly string[]): { places: PlaceDraft[]; problems: Problem[] } {
  const problems: Problem[] = [];
  const places = devices.flatMap((device): PlaceDraft[] => {
    const place = placeOf(device);
    const said = saidByFlag('--devices', place);
    if (place === undefined || said === undefined) {
      const what = `"${device}" is neither a number of units nor a port (/dev/…), a host (192.168.40.21 or host:8080) or the folder of a boot drive; write one of these`;
      problems.push({ file: '--devices', line: 1, column: 1, path: '', what });
      return [];
    }
    return [{ at: said, slotPatches: [], boardPatches: [] }];
  });
  return { places, problems };
}

function placeOf(device: string): Place | undefined {
  if (/^\/dev\/./.test(device)) return { serial: { path: device } };
  if (/^\/./.test(device)) return { bootDrive: device };
  if (/^\d+$/.test(device)) return undefined;
  const { host, port } =
    /^(?<host>[A-Za-z0-9][A-Za-z0-9.-]*)(?::(?<port>\d{1,5}))?$/.exec(device)?.groups ?? {};
  if (host === undefined) return undefined;
  return { network: { host, ...(port !== undefined && { ports: { http: Number(port) } }) } };
}
