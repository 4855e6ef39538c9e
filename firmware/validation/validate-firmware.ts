import { inspectIntelHex } from '../intel-hex.js';
import { inspectUf2 } from '../uf2.js';
import { checkAdvisories, type Advisory, type Framework } from './advisories.js';
import { checkChecksum, type ChecksumRule } from './checksum.js';
import { checkForChip, type FirmwarePlace } from './chip-check.js';
import { contentsFindings, readContents } from './contents-check.js';
import { refusal, type Finding } from './finding.js';
import { frameworkOf } from './framework.js';
import { recogniseFormat } from './recognise.js';
import { checkSignature, type SignatureRule } from './signature.js';

/** Everything that a firmware file is held against. What is left out is not checked. */
export interface FirmwareRules extends FirmwarePlace, Omit<SignatureRule, 'required'> {
  /** Most bytes that the contents may have. */
  maxBytes?: number;
  checksums?: readonly ChecksumRule[];
  requireSignature?: boolean;
  /** What it is built with, when the file does not say so itself. */
  framework?: Framework;
  advisories?: readonly Advisory[];
  /** Day on which certificates have to be valid. */
  now: Date;
}

/** Everything that speaks against putting a file on a board: errors first. Never throws, whatever the bytes are. */
export function validateFirmware(bytes: Buffer, rules: FirmwareRules): Finding[] {
  const { maxBytes, checksums = [], signature, trustedKey, requireSignature, advisories = [], now } = rules;
  const frameworks = [rules.framework, frameworkOf(bytes)].filter((one) => one !== undefined);
  const findings = [
    ...checkSize(bytes, maxBytes),
    ...checkForChip(bytes, rules),
    ...checksums.flatMap((checksum) => checkChecksum(bytes, checksum)),
    ...checkSignature(bytes, {
      ...(signature && { signature }),
      ...(trustedKey && { trustedKey }),
      ...(requireSignature !== undefined && { required: requireSignature }),
    }),
    ...contentsFindings(readContents(bytes, now), now),
    ...frameworks.flatMap((framework) => checkAdvisories(framework, advisories)),
  ];
  const isFirst = ({ what, offset, address }: Finding, index: number): boolean =>
    findings.findIndex((one) => one.what === what && one.offset === offset && one.address === address) ===
    index;
  const rank = ({ severity }: Finding): number => (severity === 'error' ? 0 : 1);
  return findings.filter(isFirst).sort((one, other) => rank(one) - rank(other));
}

/** The product's own limit; that of the flash is another check. */
export function checkSize(bytes: Buffer, maxBytes: number | undefined): Finding[] {
  const size = contentBytes(bytes);
  if (maxBytes === undefined || size <= maxBytes) return [];
  const what = `it has ${size} bytes of contents, but the board file allows ${maxBytes} (firmware.maxBytes); make it smaller`;
  return [refusal('size', what)];
}

/** Bytes that go onto a board: in Intel HEX and UF2 files fewer than the file has. */
export function contentBytes(bytes: Buffer): number {
  const format = recogniseFormat(bytes);
  if (format !== 'intel-hex' && format !== 'uf2') return bytes.length;
  const { segments } = format === 'intel-hex' ? inspectIntelHex(bytes) : inspectUf2(bytes);
  return segments.reduce((sum, { data }) => sum + data.length, 0);
}
