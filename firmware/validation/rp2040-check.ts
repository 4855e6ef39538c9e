import { hex } from '../hex.js';
import type { MemorySegment } from '../memory-segment.js';
import { vectorProblem } from '../rp2040-image.js';
import { familyText } from '../uf2-families.js';
import { inspectUf2, uf2Families, type Uf2Report } from '../uf2.js';
import { crc32Mpeg2 } from './crc32.js';
import { asFindings, refusal, type Finding } from './finding.js';
import { beyond, notRaw, programBytes, type ProgramPlace } from './program-place.js';

/** Second stage that the boot ROM loads from the start of flash: 252 bytes and their CRC-32 (RP2040 datasheet, 2.8.1.3.1). */
const BOOT2_BYTES = 256;

/** One program for an RP2040: UF2, or a raw binary of the flash from its start. */
export function checkRp2040File(bytes: Buffer, place: ProgramPlace): Finding[] {
  if (place.format === 'uf2') return checkUf2(bytes, place);
  const stranger = notRaw(bytes, place, 'UF2 or a raw binary');
  if (stranger.length > 0) return stranger;
  const offset = place.offset ?? 0;
  return [
    ...(offset === 0 ? boot2Findings(bytes, 'offset') : []),
    ...beyond(place, offset, offset + bytes.length),
  ];
}

function checkUf2(bytes: Buffer, place: ProgramPlace): Finding[] {
  const report = inspectUf2(bytes);
  const { baseAddress, ram = [0, 0] } = place.chip;
  const findings = [
    ...asFindings('format', report.problems),
    ...uf2FamilyFindings(report, uf2Families[place.chip.chip] ?? 0, place.chip.chip),
  ];
  const end = baseAddress + Math.min(programBytes(place), 0x1000000);
  for (const { address, data } of report.segments) {
    const last = address + data.length;
    if (address >= ram[0] && last <= ram[1]) continue;
    if (address >= baseAddress && address < end) {
      findings.push(...beyond(place, address - baseAddress, last - baseAddress));
      continue;
    }
    const what = `it has ${data.length} bytes for ${hex(address, 8)}, which is neither flash (${hex(baseAddress)} to ${hex(end - 1)}) nor RAM; link it for this board`;
    findings.push({ kind: 'chip', severity: 'error', address, what });
  }
  if (report.problems.length > 0) return findings;
  const boot2 = report.segments.map((segment) => startOfFlash(segment, baseAddress)).find((start) => start);
  if (boot2 !== undefined) return [...findings, ...boot2Findings(boot2, 'address', baseAddress)];
  const what = `nothing goes to ${hex(baseAddress)}, where the boot ROM looks for the program; link it for flash`;
  return [...findings, refusal('chip', what)];
}

function startOfFlash({ address, data }: MemorySegment, base: number): Buffer | undefined {
  if (address > base || address + data.length <= base) return undefined;
  return data.subarray(base - address);
}

/** Another chip's family, or none. */
export function uf2FamilyFindings(
  { familyId, segments }: Uf2Report,
  wanted: number,
  chip: string,
): Finding[] {
  if (familyId === wanted || segments.length === 0) return [];
  const is = familyId === undefined ? 'no family' : `the family ${familyText(familyId)}`;
  const what = `the UF2 file has ${is}, expected ${familyText(wanted)}: the boot loader of the ${chip} passes over it; build it for this chip`;
  return [refusal('chip', what, 28)];
}

function boot2Findings(flash: Buffer, part: 'offset' | 'address', base = 0): Finding[] {
  const at = { [part]: base + BOOT2_BYTES - 4 };
  if (flash.length < BOOT2_BYTES) {
    const what = `the file ends within the second stage: it has ${flash.length} bytes, ${BOOT2_BYTES} are needed; copy it anew`;
    return [{ kind: 'format', severity: 'error', [part]: base + flash.length, what }];
  }
  const stored = flash.readUInt32LE(BOOT2_BYTES - 4);
  const calculated = crc32Mpeg2(flash.subarray(0, BOOT2_BYTES - 4));
  if (stored === calculated) return vectorFindings(flash, part, base);
  const what = `the CRC-32 of the second stage is ${hex(stored, 8)}, expected ${hex(calculated, 8)} over the 252 bytes before it: the boot ROM would not start it; build it anew`;
  return [{ kind: 'checksum', severity: 'error', ...at, what }];
}

/** The second stage jumps through the vector table behind it. */
function vectorFindings(flash: Buffer, part: 'offset' | 'address', base: number): Finding[] {
  const problem = vectorProblem(flash);
  if (problem === undefined) return [];
  const what = `${problem}, expected those of a program for this chip; link it for the RP2040`;
  return [{ kind: 'chip', severity: 'error', [part]: base + BOOT2_BYTES, what }];
}
