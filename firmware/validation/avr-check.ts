import { hex } from '../hex.js';
import { inspectIntelHex } from '../intel-hex.js';
import { asFindings, refusal, type Finding, type Severity } from './finding.js';
import { beyond, notRaw, programBytes, type ProgramPlace } from './program-place.js';

/** avr-gcc gives EEPROM, fuses and lock bits addresses from here on, which no flash has. */
const OTHER_MEMORIES = 0x800000;

/** One program for an AVR with a boot loader: Intel HEX or a raw binary from address 0. */
export function checkAvrFile(bytes: Buffer, place: ProgramPlace): Finding[] {
  if (place.format === 'intel-hex') return checkHex(bytes, place);
  const stranger = notRaw(bytes, place, 'Intel HEX or a raw binary');
  if (stranger.length > 0) return stranger;
  const offset = place.offset ?? 0;
  // Nothing else in a raw binary tells that it is a program.
  const start = offset === 0 ? startFindings(bytes, 'error') : [];
  return [...blank(bytes), ...beyond(place, offset, offset + bytes.length), ...start];
}

function checkHex(bytes: Buffer, place: ProgramPlace): Finding[] {
  const { problems, segments } = inspectIntelHex(bytes);
  const findings = asFindings('format', problems);
  const room = programBytes(place);
  for (const { address, data } of segments) {
    if (address >= OTHER_MEMORIES && address < OTHER_MEMORIES + 0x100000) {
      const what = `it has ${data.length} bytes at ${hex(address)}, which is EEPROM, fuses or lock bits; leave them out with \`objcopy -j .text -j .data\``;
      findings.push(refusal('chip', what));
    } else if (address >= (place.chip.flashBytes ?? room)) {
      const what = `it has ${data.length} bytes at ${hex(address)}, where the ${place.chip.chip} has no flash for a program, expected addresses below ${hex(room)}: it is built for another chip`;
      findings.push(refusal('chip', what));
    } else findings.push(...beyond(place, address, address + data.length));
  }
  const first = segments[0];
  if (first !== undefined && first.address > 0 && first.address < room) {
    const what = `its first byte is at ${hex(first.address)}, expected the reset vector at 0x0`;
    findings.push({ kind: 'chip', severity: 'warning', what });
  }
  return [...findings, ...(first?.address === 0 ? startFindings(first.data) : [])];
}

function blank(bytes: Buffer): Finding[] {
  const [first] = bytes;
  if (first === undefined || bytes.some((byte) => byte !== first)) return [];
  return [refusal('format', `every byte is ${hex(first, 2)}: there is no program in it; build it anew`, 0)];
}

/** The reset vector is a jump in every program that a compiler made; one by hand may begin otherwise. */
function startFindings(bytes: Buffer, severity: Severity = 'warning'): Finding[] {
  if (bytes.length < 2) {
    const what = `the file ends within the reset vector: it has ${bytes.length} bytes, a jump needs at least 2; copy it anew`;
    return [refusal('format', what, bytes.length)];
  }
  const word = bytes.readUInt16LE(0);
  const jumps = word === 0x940c || word === 0x940d || (word & 0xf000) === 0xc000;
  if (jumps) return [];
  const what = `the first instruction is ${hex(word, 4)}, expected a jump (0x940c or 0xc…) as the reset vector: is it built for this chip?`;
  return [{ kind: 'chip', severity, offset: 0, what }];
}
