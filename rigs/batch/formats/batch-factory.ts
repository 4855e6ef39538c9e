import { basename } from 'node:path';
import { suggestion } from '../../../core/nearest-name.js';
import type { CheckedFile } from '../../checked-file.js';
import type { Problem } from '../../problem.js';
import { defined } from '../defined.js';
import { emptyDraft, type BatchDraft, type Firmware, type PlaceDraft } from '../draft.js';
import { patch, type Patch } from '../patched-file.js';
import { saidAt, type Said } from '../said.js';
import { besides, furtherTries, idOf, logLevelOf, sayer } from './shared-keys.js';

/** `factory.yaml`: stations, boards and tests, as its schema lets it through. */
export interface BatchFactoryFile {
  provisioning_service_url?: string;
  ota_service_url?: string;
  stations: { station_id: string; ports: string[]; board_type: string }[];
  board_configs: Record<string, BoardConfig>;
  quality_gates?: {
    /** In bytes, by board type or chip. */
    max_firmware_size?: Record<string, number>;
    /** In seconds. */
    max_flash_time?: number;
    max_retry_attempts?: number;
  };
  testing?: { enabled?: boolean; tests?: FactoryTest[] };
  logging?: { level?: string; console_output?: boolean; max_file_size?: number; backup_count?: number };
}

interface BoardConfig {
  platform?: string;
  board_model?: string;
  flash_size?: string;
  firmware_path: string;
  bootloader_path?: string;
  partition_table_path?: string;
}

interface FactoryTest {
  name: string;
  command: string;
  expected_response: string;
  /** In seconds. */
  timeout?: number;
}

type File = CheckedFile<BatchFactoryFile>;

export function readBatchFactory(file: File, written: BatchFactoryFile): BatchDraft {
  const at = sayer(file);
  const { quality_gates: gates = {}, logging } = written;
  const { max_file_size: maxBytes, backup_count: keep, console_output: console } = logging ?? {};
  const log = logging && { ...logLevelOf(logging.level), ...defined({ maxBytes, keep, console }) };
  const tests = testsOf(file, written);
  return {
    ...emptyDraft(),
    ...defined({ log: at(['logging'], log) }),
    id: saidAt(file, [], idOf(basename(file.file).replace(/\.[a-z]+$/i, '')) ?? 'factory'),
    programme: saidAt(file, [], 'bring-up'),
    places: written.stations.flatMap((station, index) => placesOf(file, written, station, index)),
    boardPatches: [
      ...patch(
        ['thresholds', 'max_flash_time'],
        at(['quality_gates', 'max_flash_time'], gates.max_flash_time),
      ),
      ...furtherTries(at(['quality_gates', 'max_retry_attempts'], gates.max_retry_attempts)),
      ...tests.patches,
    ],
    notices: noticesOf(file, written),
    problems: [...tests.problems, ...unknownTypes(file, written)],
  };
}

function placesOf(
  file: File,
  { board_configs: configs, quality_gates: gates }: BatchFactoryFile,
  { station_id: id, ports, board_type: type }: BatchFactoryFile['stations'][number],
  index: number,
): PlaceDraft[] {
  const at = sayer(file);
  const here = ['board_configs', type];
  // A type may be called like something that every object has.
  const config = Object.hasOwn(configs, type) ? configs[type] : undefined;
  if (config === undefined) return [];
  const most = gates?.max_firmware_size ?? {};
  const key = [type, config.platform ?? type].find((name) => most[name] !== undefined);
  const limit = key === undefined ? undefined : at(['quality_gates', 'max_firmware_size', key], most[key]);
  return ports.map((port, position) => ({
    at: saidAt(file, ['stations', index, 'ports', position], { serial: { path: port } }),
    station: saidAt(file, ['stations', index, 'station_id'], id),
    kind: saidAt(
      file,
      config.platform === undefined ? ['stations', index, 'board_type'] : [...here, 'platform'],
      config.platform ?? type,
    ),
    firmware: firmwareOf(file, type, config),
    slotPatches: [],
    boardPatches: [
      ...patch(['flash', 'size'], at([...here, 'flash_size'], config.flash_size)),
      ...patch(['firmware', 'maxBytes'], limit),
    ],
  }));
}

function firmwareOf(file: File, type: string, config: BoardConfig): Said<Firmware> {
  const here = ['board_configs', type];
  const path = (key: 'bootloader_path' | 'partition_table_path'): Said<string> | undefined => {
    const written = config[key];
    return written === undefined ? undefined : saidAt(file, [...here, key], besides(file, written));
  };
  return saidAt(file, [...here, 'firmware_path'], {
    path: besides(file, config.firmware_path),
    ...defined({ bootloader: path('bootloader_path'), partitions: path('partition_table_path') }),
  });
}

function testsOf(file: File, { testing = {} }: BatchFactoryFile): { patches: Patch[]; problems: Problem[] } {
  if (testing.enabled === false) return { patches: [], problems: [] };
  const problems: Problem[] = [];
  const patches = (testing.tests ?? []).flatMap((test, index) => {
    const here = ['testing', 'tests', index];
    const name = idOf(test.name)
      ?.replaceAll('.', '-')
      .replace(/^[^a-z]+/, '');
    if (name === undefined || name === '') {
      problems.push(
        file.problemAt([...here, 'name'], 'has no letter, of which a check could be named; write a name'),
      );
      return [];
    }
    const command = {
      send: test.command,
      // Text, not a pattern.
      expect: test.expected_response.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'),
      timeoutMs: Math.max(1, Math.round((test.timeout ?? 5) * 1000)),
      measure: [],
    };
    return patch(['checks', '-'], saidAt(file, here, test), { name, required: true, commands: [command] });
  });
  return { patches, problems };
}

function unknownTypes(file: File, { stations, board_configs: configs }: BatchFactoryFile): Problem[] {
  const types = Object.keys(configs);
  const ofStations = stations.flatMap(({ board_type: type }, index) =>
    types.includes(type)
      ? []
      : [
          file.problemAt(
            ['stations', index, 'board_type'],
            `there is no board_configs.${type}; ${suggestion(type, types)}`,
          ),
        ],
  );
  return ofStations;
}

/** What is understood and has nothing to act on. */
function noticesOf(file: File, written: BatchFactoryFile): string[] {
  const at = sayer(file);
  const { stations, board_configs: configs, testing, quality_gates: gates } = written;
  const used = new Set(stations.map(({ board_type: type }) => type));
  const platforms = Object.entries(configs).map(([type, { platform }]) => platform ?? type);
  const service = (key: 'provisioning_service_url' | 'ota_service_url', what: string): string[] => {
    const said = at([key], written[key]);
    return said === undefined ? [] : [`${said.where}: ${what}`];
  };
  return [
    ...service(
      'provisioning_service_url',
      'units are not registered with a service yet; the records of this rig have them',
    ),
    ...service(
      'ota_service_url',
      'releases are not taken from a service; the files of board_configs are written',
    ),
    ...Object.entries(configs).flatMap(([type, { board_model: model }]) =>
      model === undefined || !used.has(type)
        ? []
        : [
            `${at(['board_configs', type, 'board_model'], model)?.where}: the board file says what ${model} can do`,
          ],
    ),
    ...Object.keys(configs)
      .filter((type) => !used.has(type))
      .map((type) => `${at(['board_configs', type], type)?.where}: no station has such boards`),
    ...Object.keys(gates?.max_firmware_size ?? {})
      .filter((key) => !used.has(key) && !platforms.includes(key))
      .map(
        (key) => `${at(['quality_gates', 'max_firmware_size', key], key)?.where}: no station has such boards`,
      ),
    ...(testing?.enabled === false && testing.tests
      ? [
          `${at(['testing', 'enabled'], false)?.where}: the tests of this file are not run; the checks of the board file are`,
        ]
      : []),
  ];
}
