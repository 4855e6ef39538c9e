import type { CheckedFile } from '../../checked-file.js';
import type { BatchDraft, Firmware, PlaceDraft } from '../draft.js';
import { patch } from '../patched-file.js';
import { resaid, type Said } from '../said.js';
import type { BatchMainFile, DeviceType } from './batch-main-file.js';
import { inMs, sayer } from './shared-keys.js';

type File = CheckedFile<BatchMainFile>;

/** The targets of a batch with what the main configuration says of their types and of the way to them. */
export function withDeviceTypes(batch: BatchDraft, file: File, main: BatchMainFile): BatchDraft {
  const notices = [...batch.notices, ...idle(file, main)];
  const places = (batch.places ?? []).map((place) => {
    const { kind } = place;
    const type = kind && main.device_types?.[kind.value];
    const other = type?.interface;
    const way = wayOf(place);
    if (kind && other !== undefined && other !== way) {
      const from = sayer(file)(['device_types', kind.value, 'interface'], other);
      notices.push(
        `${from?.where} ${other}: ${place.at.where} is reached over ${way}, and what the target says counts`,
      );
    }
    return withInterface(withType(place, batch, file, main, type), file, main);
  });
  return { ...batch, places, notices };
}

function withType(
  place: PlaceDraft,
  { firmware }: BatchDraft,
  file: File,
  { firmware_validation: validation }: BatchMainFile,
  type: DeviceType | undefined,
): PlaceDraft {
  const { kind } = place;
  if (kind === undefined || type === undefined) return place;
  const at = sayer(file);
  const here = ['device_types', kind.value];
  const chip = at([...here, 'chip'], type.chip);
  const most = at(
    [...here, 'max_firmware_size'],
    validation?.check_file_size === false ? undefined : type.max_firmware_size,
  );
  const address = at([...here, 'flash_address'], addressOf(type.flash_address));
  return {
    ...place,
    kind: chip ? resaid(kind, chip.value) : kind,
    ...(firmware && address && { firmware: withOffset(firmware, address) }),
    boardPatches: [
      ...place.boardPatches,
      ...patch(['firmware', 'maxBytes'], most),
      ...('serial' in place.at.value
        ? patch(['flash', 'baudRate'], at([...here, 'flash_baudrate'], type.flash_baudrate))
        : []),
    ],
  };
}

function withOffset(firmware: Said<Firmware>, offset: Said<number>): Said<Firmware> {
  return 'release' in firmware.value ? firmware : resaid(firmware, { ...firmware.value, offset });
}

function withInterface(place: PlaceDraft, file: File, { interfaces = {} }: BatchMainFile): PlaceDraft {
  const at = sayer(file);
  const way = wayOf(place);
  const here = ['interfaces', way];
  const timeout = inMs(at([...here, 'timeout'], interfaces[way]?.timeout));
  const { serial, network } = interfaces;
  const { value } = place.at;
  const hasRate = place.boardPatches.some(({ path }) => path.join('.') === 'flash.baudRate');
  const port = 'network' in value && value.network.ports?.http === undefined ? network?.port : undefined;
  return {
    ...place,
    ...('network' in value &&
      port !== undefined && {
        at: resaid(place.at, { network: { ...value.network, ports: { http: port } } }),
      }),
    slotPatches: [
      ...place.slotPatches,
      ...patch(['connectTimeoutMs'], timeout),
      ...(way === 'serial' ? patch(['serial', 'baudRate'], at([...here, 'baudrate'], serial?.baudrate)) : []),
    ],
    boardPatches: [
      ...(way === 'serial' && !hasRate
        ? patch(['flash', 'baudRate'], at([...here, 'flash_baudrate'], serial?.flash_baudrate))
        : []),
      ...place.boardPatches,
    ],
  };
}

function wayOf({ at }: PlaceDraft): 'serial' | 'network' | 'usb' {
  if ('serial' in at.value) return 'serial';
  return 'network' in at.value ? 'network' : 'usb';
}

function addressOf(address: number | string | undefined): number | undefined {
  return address === undefined ? undefined : Number(address);
}

/** A limit that is not looked at is said so. */
function idle(
  file: File,
  { firmware_validation: validation, device_types: types = {} }: BatchMainFile,
): string[] {
  const said = sayer(file)(['firmware_validation', 'check_file_size'], validation?.check_file_size);
  const limits = Object.values(types).some(({ max_firmware_size: most }) => most !== undefined);
  return said?.value === false && limits
    ? [`${said.where}: max_firmware_size of the device types is not looked at; the board's flash still is`]
    : [];
}
