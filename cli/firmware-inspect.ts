import { RigError } from '../core/errors.js';
import { hex } from '../firmware/hex.js';
import { inspectFirmware, type FirmwareReport } from '../firmware/validation/inspect-firmware.js';
import { placeText } from '../firmware/validation/finding.js';
import { formatName } from '../firmware/validation/recognise.js';
import { formatColumns } from './columns.js';
import { readNamedFile } from './firmware-file.js';

/** Everything that a firmware file says. Throws IMAGE_INVALID when it cannot be read. */
export async function inspectFile(
  file: string,
  now = new Date(),
): Promise<FirmwareReport & { file: string }> {
  const bytes = await readNamedFile(file);
  if (!Buffer.isBuffer(bytes)) throw new RigError('IMAGE_INVALID', bytes.what);
  return { file, ...inspectFirmware(bytes, now) };
}

/** The report as a person reads it. */
export function formatReport(report: FirmwareReport & { file: string }): string {
  const { segments, partitions = [], certificates, secrets, problems } = report;
  const part = (title: string, lines: string): string => (lines === '' ? '' : `\n${title}\n${lines}`);
  const list = (lines: readonly string[]): string => lines.map((line) => `  ${line}\n`).join('');
  return [
    formatColumns([report.file, ''], rowsOf(report)),
    part(
      'segments',
      list(segments.map(({ address, sizeBytes }) => `${hex(address, 8)}  ${sizeBytes} bytes`)),
    ),
    part(
      'partitions',
      list(
        partitions.map(
          ({ label, type, subtype, offset, sizeBytes }) =>
            `${hex(offset, 6)}  ${label}  ${sizeBytes} bytes, type ${hex(type, 2)}/${hex(subtype, 2)}`,
        ),
      ),
    ),
    part(
      'certificates',
      list(
        certificates.map(({ certificate, ...place }) =>
          certificate === undefined
            ? `${placeText(place)}unreadable`
            : `${placeText(place)}${certificate.subject}, ${certificate.key} bits, valid ${day(certificate.validFrom)} to ${day(certificate.validTo)}`,
        ),
      ),
    ),
    part('secrets', list(secrets.map(({ kind, ...place }) => `${placeText(place)}${kind}`))),
    part('problems', list(problems.map(({ offset, what }) => `at ${hex(offset)}: ${what}`))),
  ].join('');
}

function rowsOf(report: FirmwareReport): string[][] {
  const { esp, framework, fits, entry, family } = report;
  const { header, app } = esp ?? {};
  const rows: [string, string | undefined][] = [
    ['format', formatName(report.format)],
    ['size', `${report.sizeBytes} bytes`],
    ['fits', fits.join(', ') || 'no chip that is known'],
    ['chip', header?.chip],
    ['family', family],
    ['entry', entry === undefined ? undefined : hex(entry, 8)],
    [
      'flash',
      header &&
        [header.flashMode, header.flashSizeBytes && `${header.flashSizeBytes} bytes`]
          .filter(Boolean)
          .join(', '),
    ],
    ['project', app?.project],
    ['version', app?.version],
    ['built', app && `${app.date} ${app.time}`],
    ['framework', framework && `${framework.name} ${framework.version}`],
    ['sha256', report.sha256],
    ['crc32', report.crc32],
    ['md5', report.md5],
  ];
  return rows.flatMap(([key, value]) => (value ? [[`  ${key}`, value]] : []));
}

function day(date: Date): string {
  return Number.isNaN(date.getTime()) ? '?' : date.toISOString().slice(0, 10);
}
