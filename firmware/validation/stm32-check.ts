import { hex } from '../hex.js';
import { refusal, type Finding } from './finding.js';
import { beyond, notRaw, programBytes, type ProgramPlace } from './program-place.js';

/** One program for an STM32: a raw binary with its vector table in front (ARMv7-M, B1.5.3). Its offset counts from 0x08000000. */
export function checkStm32File(bytes: Buffer, place: ProgramPlace): Finding[] {
  const stranger = notRaw(bytes, place, 'a raw binary');
  if (stranger.length > 0) return stranger;
  const offset = place.offset ?? 0;
  return [...vectorFindings(bytes, place), ...beyond(place, offset, offset + bytes.length)];
}

function vectorFindings(bytes: Buffer, place: ProgramPlace): Finding[] {
  const { chip } = place;
  if (bytes.length < 8) {
    const what = `the file ends within the vector table: it has ${bytes.length} bytes, stack pointer and reset vector need 8; copy it anew`;
    return [refusal('format', what, bytes.length)];
  }
  const findings: Finding[] = [];
  const stack = bytes.readUInt32LE(0);
  const reset = bytes.readUInt32LE(4);
  const [ramStart, ramEnd] = chip.ram ?? [0, 0x1_0000_0000];
  if (stack <= ramStart || stack > ramEnd || stack % 4 !== 0) {
    const what = `the initial stack pointer is ${hex(stack, 8)}, expected a multiple of 4 in the RAM of the ${chip.chip}, up to ${hex(ramEnd, 8)}: it is built for another chip, or is no firmware; build it for this one`;
    findings.push(refusal('chip', what, 0));
  }
  const end = chip.baseAddress + programBytes(place);
  if (reset % 2 === 0) {
    const what = `the reset vector is ${hex(reset, 8)}, expected an odd address: the chip runs Thumb code only; build it anew`;
    findings.push(refusal('format', what, 4));
  } else if (reset < chip.baseAddress || reset >= end) {
    const what = `the reset vector is ${hex(reset, 8)}, expected an address in flash, ${hex(chip.baseAddress, 8)} to ${hex(end - 1, 8)}; link it for this chip`;
    findings.push(refusal('chip', what, 4));
  }
  return findings;
}
