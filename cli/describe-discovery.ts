import { holderName } from '../drivers/link/port-holder.js';
import { formatColumns } from './columns.js';
import type { ProbeAnswer } from './discover-probe.js';
import type { DiscoveredDrive, DiscoveredHost, DiscoveredPort, Discovery, SlotName } from './discover.js';

/** What a person reads of `rig discover`. */
export function describeDiscovery({ ports, drives, network, missing, notes }: Discovery): string {
  const isProbed = ports.some(({ answer }) => answer);
  const sections = [
    section('serial ports', ports, {
      head: [
        'port',
        'device',
        'slot',
        'usb',
        'product',
        'serial',
        'driver',
        'state',
        ...(isProbed ? ['answers'] : []),
      ],
      row: (port) => [...portRow(port), ...(isProbed ? [answerText(port.answer)] : [])],
      none: 'no serial port',
    }),
    section('boot drives', drives, {
      head: ['drive', 'slot', 'usb path', 'board', 'mounted at'],
      row: driveRow,
      none: 'no boot drive: a board shows one only in its loader',
    }),
    section('network devices', network, {
      head: ['host', 'slot', 'service', 'says'],
      rows: network.flatMap(hostRows),
      none: 'no network device asked for answers; --scan looks for others',
    }),
    ...(missing.length === 0 ? [] : [`slots that lack something\n${missingTable(missing)}`]),
    ...(notes.length === 0 ? [] : [`${notes.join('\n')}\n`]),
  ];
  return sections.join('\n');
}

interface SectionOptions<T> {
  head: readonly string[];
  row?: (item: T) => string[];
  rows?: string[][];
  none: string;
}

function section<T>(
  title: string,
  items: readonly T[],
  { head, row = () => [], rows = items.map(row), none }: SectionOptions<T>,
): string {
  return rows.length === 0 ? `${title}\n${none}\n` : `${title}\n${formatColumns(head, rows)}`;
}

function portRow(port: DiscoveredPort): string[] {
  const { path, device, slot, usb, driver } = port;
  const product = usb && [usb.product, usb.vendor && `(${usb.vendor})`].filter(Boolean).join(' ');
  const part = usb?.interfaceNumber === undefined ? '' : ` if${usb.interfaceNumber}`;
  return [
    path,
    device,
    slotText(slot),
    usb ? `${usb.vendorId}:${usb.productId}${part}` : '-',
    product || '-',
    usb?.serialNumber ?? '-',
    driver ?? '-',
    stateText(port),
  ];
}

function stateText({ holder, permission, isKernelConsole }: DiscoveredPort): string {
  if (isKernelConsole) return "the kernel's console";
  if (holder) return `held by ${holderName(holder)}`;
  if (permission === undefined) return 'no device file';
  return permission.ok ? 'free' : `no permission: ${permission.mode}, group ${permission.group}`;
}

function driveRow({ device, label, slot, byPath, boardId, chip, mountedAt }: DiscoveredDrive): string[] {
  const board = [boardId ?? label, chip && `(${chip})`].filter(Boolean).join(' ');
  return [device ?? 'virtual', slotText(slot), byPath ?? '-', board || '-', mountedAt ?? 'not mounted'];
}

function hostRows({ host, slot, services }: DiscoveredHost): string[][] {
  return services.map(({ kind, port, says }) => [host, slotText(slot), `${kind} ${port}`, says ?? '-']);
}

function missingTable(missing: Discovery['missing']): string {
  const rows = missing.map(({ station, slot, key, path, why }) => [`${station} ${slot}`, key, path, why]);
  return formatColumns(['slot', 'key', 'path', 'why'], rows);
}

function slotText(slot: SlotName | null): string {
  return slot === null ? 'no slot' : `${slot.station} ${slot.slot}`;
}

function answerText(answer: ProbeAnswer | undefined): string {
  switch (answer?.answers) {
    case 'loader': {
      const { chip, description, mac } = answer.found;
      return `loader: ${[chip ?? description, mac].filter(Boolean).join(' ')} at ${answer.baudRate}`;
    }
    case 'console':
      return `console at ${answer.baudRate}: ${answer.says}`;
    case 'bytes':
      return `${answer.byteCount} bytes, at none of the usual rates`;
    case 'nothing':
      return 'nothing';
    case 'not-asked':
      return answer.why;
    case undefined:
      return '-';
  }
}
