import { resolve } from 'node:path';
import type { FlashDriverKind } from '../../../drivers/flash/flash-driver.js';
import type { CheckedFile } from '../../checked-file.js';
import type { PreflightCheck } from '../../types.js';
import { defined } from '../defined.js';
import { emptyDraft, type BatchDraft, type PlaceDraft } from '../draft.js';
import { patch, type Patch } from '../patched-file.js';
import { resaid, saidAt } from '../said.js';
import { besides, furtherTries, logLevelOf, mustBeTrue, sayer } from './shared-keys.js';

/** `batch-config.json`: one run over serial ports, as its schema lets it through. */
export interface BatchConfigFile {
  batch_id?: string;
  firmware_file: string;
  protocol?: string;
  parallel_devices?: number;
  validation_enabled?: boolean;
  logging?: { log_file?: string; log_level?: string; results_csv?: string };
  devices: ConfigDevice[];
  recovery_mode?: { enabled?: boolean; max_retries?: number; fallback_protocol?: string };
  checksum_validation?: { algorithm: 'crc32' | 'md5' | 'sha256'; block_size?: number };
}

interface ConfigDevice {
  port: string;
  baudrate?: number;
  /** In milliseconds. */
  timeout?: number;
  pre_flight_check?: PreflightCheck[];
}

type File = CheckedFile<BatchConfigFile>;

/** Drivers that can take over when a board's own is used up, by the name of their way. */
const fallbacks: Record<string, FlashDriverKind> = {
  uart: 'esptool',
  serial: 'esptool',
  network: 'ota-http',
  http: 'ota-http',
  ota: 'ota-http',
  usb: 'uf2',
  uf2: 'uf2',
};

export function readBatchConfig(file: File, written: BatchConfigFile): BatchDraft {
  const at = sayer(file);
  const { recovery_mode: recovery, checksum_validation: checksum, logging } = written;
  const log = logging && {
    ...logLevelOf(logging.log_level),
    ...(logging.log_file !== undefined && { file: resolve(logging.log_file) }),
    ...(logging.results_csv !== undefined && { resultsCsv: resolve(logging.results_csv) }),
  };
  const readBack = checksum && {
    algorithm: checksum.algorithm,
    blockBytes: checksum.block_size ?? 4096,
  };
  const validation = at(['validation_enabled'], written.validation_enabled);
  return {
    ...emptyDraft(),
    ...defined({
      id: at(['batch_id'], written.batch_id),
      firmware: at(['firmware_file'], { path: besides(file, written.firmware_file) }),
      protocol: at(['protocol'], written.protocol),
      atOnce: at(['parallel_devices'], written.parallel_devices),
      log: at(['logging'], log),
    }),
    programme: saidAt(file, [], 'bring-up'),
    places: written.devices.map((device, index) => placeOf(file, device, index)),
    boardPatches: [
      ...recoveryPatches(file, recovery),
      ...patch(['readBack'], at(['checksum_validation'], readBack)),
    ],
    notices: unreachable(file, recovery),
    problems: mustBeTrue(
      validation,
      'firmware that does not fit its board would be written; take the key out',
    ),
  };
}

function placeOf(file: File, device: ConfigDevice, index: number): PlaceDraft {
  const at = sayer(file);
  const here = ['devices', index];
  return {
    at: saidAt(file, [...here, 'port'], { serial: { path: device.port } }),
    slotPatches: [
      ...patch(['serial', 'baudRate'], at([...here, 'baudrate'], device.baudrate)),
      ...patch(['connectTimeoutMs'], at([...here, 'timeout'], device.timeout)),
    ],
    boardPatches: patch(['preflight'], at([...here, 'pre_flight_check'], device.pre_flight_check)),
  };
}

function recoveryPatches(file: File, recovery: BatchConfigFile['recovery_mode']): Patch[] {
  const at = sayer(file);
  const { enabled, max_retries: retries, fallback_protocol: fallback } = recovery ?? {};
  const off = at(['recovery_mode', 'enabled'], enabled === false ? 0 : undefined);
  if (off !== undefined) return furtherTries(off);
  const said = at(['recovery_mode', 'fallback_protocol'], fallback);
  const driver = fallbacks[fallback ?? ''];
  return [
    ...furtherTries(at(['recovery_mode', 'max_retries'], retries)),
    ...(said && driver ? patch(['flash', 'fallback'], resaid(said, driver)) : []),
  ];
}

function unreachable(file: File, recovery: BatchConfigFile['recovery_mode']): string[] {
  const { enabled = true, fallback_protocol: fallback } = recovery ?? {};
  const said = sayer(file)(['recovery_mode', 'fallback_protocol'], fallback);
  if (said === undefined) return [];
  if (!enabled) return [`${said.where}: recovery_mode.enabled is false, so nothing falls back`];
  if (fallbacks[said.value] !== undefined) return [];
  return [
    `${said.where}: no slot has a probe for ${said.value}; when the tries are used up, the board file's flash.fallback takes over where it names one`,
  ];
}
