import type { CheckedFile } from '../../checked-file.js';
import type { Problem } from '../../problem.js';
import { defined } from '../defined.js';
import { emptyDraft, type BatchDraft, type Place, type PlaceDraft } from '../draft.js';
import { patch } from '../patched-file.js';
import { said, saidAt } from '../said.js';
import { besides, idOf, rollback, sayer } from './shared-keys.js';

/** `batch.yaml`: a batch over serial, network and USB targets, as its schema lets it through. */
export interface BatchRolloutFile {
  name: string;
  description?: string;
  firmware_file: string;
  device_type?: string;
  version?: string;
  strategy?: 'parallel' | 'sequential' | 'gradual';
  batch_size?: number;
  success_threshold?: number;
  max_concurrent?: number;
  /** In seconds. */
  timeout?: number;
  rollback_on_failure?: boolean;
  targets: RolloutTarget[];
}

interface RolloutTarget {
  device_id?: string;
  device_type?: string;
  connection_info: { port?: string | number; host?: string; mount_point?: string };
}

type File = CheckedFile<BatchRolloutFile>;

export function readBatchRollout(file: File, written: BatchRolloutFile): BatchDraft {
  const at = sayer(file);
  const { name, firmware_file: firmware, version, batch_size: size, rollback_on_failure: back } = written;
  const versionSaid = at(['version'], version);
  const rollbackSaid = at(['rollback_on_failure'], back);
  const problems: Problem[] = [];
  const places = written.targets.flatMap((target, index) => {
    const place = placeOf(file, written, target, index);
    if ('at' in place) return place;
    problems.push(place);
    return [];
  });
  const id = idOf(name);
  if (id === undefined)
    problems.push(
      file.problemAt(
        ['name'],
        'has neither a letter nor a digit, of which a folder could be named; write a name',
      ),
    );
  return {
    ...emptyDraft(),
    ...defined({
      id: at(['name'], id),
      description: at(['description'], written.description) ?? at(['name'], name),
      firmware: at(['firmware_file'], {
        path: besides(file, firmware),
        ...(versionSaid && { version: versionSaid }),
      }),
      strategy: at(['strategy'], written.strategy),
      waves: at(['batch_size'], size === undefined ? undefined : { kind: 'fixed' as const, size, factor: 1 }),
      successThreshold: at(['success_threshold'], written.success_threshold),
      atOnce: at(['max_concurrent'], written.max_concurrent),
      rollbackWave: rollbackSaid,
    }),
    programme: saidAt(file, [], 'bring-up'),
    places,
    boardPatches: [
      ...patch(['deadlines', 'unitSeconds'], at(['timeout'], written.timeout)),
      ...rollback(rollbackSaid),
    ],
    problems,
  };
}

function placeOf(
  file: File,
  batch: BatchRolloutFile,
  { device_id: id, device_type: type, connection_info: info }: RolloutTarget,
  index: number,
): PlaceDraft | Problem {
  const here = ['targets', index];
  const place = connectionOf(info);
  if (typeof place === 'string') return file.problemAt([...here, 'connection_info'], place);
  const key = 'serial' in place ? 'port' : 'network' in place ? 'host' : 'mount_point';
  const kind = said(file, [...here, 'device_type'], type) ?? said(file, ['device_type'], batch.device_type);
  return {
    at: saidAt(file, [...here, 'connection_info', key], place),
    ...(id !== undefined && { serial: id }),
    ...(kind && { kind }),
    slotPatches: [],
    boardPatches: [],
  };
}

/** Where a target is, or why that cannot be told. */
function connectionOf({ port, host, mount_point: drive }: RolloutTarget['connection_info']): Place | string {
  if (drive !== undefined) {
    const other = port === undefined ? (host === undefined ? undefined : 'host') : 'port';
    return other === undefined
      ? { bootDrive: drive }
      : `has ${other} beside mount_point; keep one of the two`;
  }
  if (host !== undefined) {
    if (typeof port === 'string')
      return `has the serial port ${port} beside host; keep one of the two, or write the number of its TCP port`;
    return { network: { host, ...(port !== undefined && { ports: { http: port } }) } };
  }
  if (typeof port === 'string') return { serial: { path: port } };
  return port === undefined
    ? 'says nothing of where the device is; write port, host or mount_point'
    : `has port ${port} without host; write the path of a serial port, or add the host`;
}
