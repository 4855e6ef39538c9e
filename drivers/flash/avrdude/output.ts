import type { ErrorCode } from '../../../core/error-catalogue.js';
import { RigError } from '../../../core/errors.js';
import { avrChips, type AvrChip } from '../../../firmware/avr-chips.js';
import { lastLines } from '../../tool.js';

/** What a run of the tool is for. */
export interface Doing {
  /** In words that follow "while". */
  doing: string;
  /** The code for what the loader refused. */
  refused: ErrorCode;
  /** Where that address is, in words that follow `doing`. */
  placeOf: (address: number | undefined) => string;
}

/** The signature that the tool read, as six hex digits. */
export function signatureIn(lines: readonly string[]): string | undefined {
  return lines
    .map((line) => /device signature = 0x([0-9a-f]{6})/i.exec(line)?.[1]?.toLowerCase())
    .find(Boolean);
}

/** The chip's signature in the tool's form. */
export function signatureText({ signature }: AvrChip): string {
  return Buffer.from(signature).toString('hex');
}

interface ToolFailure extends Pick<Doing, 'doing' | 'refused'> {
  path: string;
  /** The board that the options name. */
  chip: AvrChip;
  place: string;
}

/** Turns what a failed avrdude printed into an error; its exit code is 1 whatever happened. */
export function toolError(
  lines: readonly string[],
  { path, chip, doing, refused, place }: ToolFailure,
): RigError {
  const text = lines.join('\n');
  const signature = signatureIn(lines);
  const details = { details: { output: lastLines(lines, 40) } };
  if (/expected signature for/i.test(text) && signature !== undefined) {
    const fitted = avrChips.find((each) => signatureText(each) === signature);
    const name =
      fitted?.description ?? /\(probably (\w+)\)/.exec(text)?.[1] ?? 'a chip that is not known here';
    const what = `the chip on ${path} is ${name} (signature ${signature}), the board file names ${chip.chip} (${signatureText(chip)})`;
    return new RigError('WRONG_CHIP', what, details);
  }
  const [, code] = causes.find(([pattern]) => pattern.test(text)) ?? [];
  const what = `avrdude on ${path} failed while ${doing}${place}; its last lines:\n${lastLines(lines)}`;
  return new RigError(code === 'refused' ? refused : (code ?? 'TOOL_FAILED'), what, details);
}

/** In order: the first that matches counts. */
const causes: [pattern: RegExp, code: ErrorCode | 'refused'][] = [
  [/verification (?:mismatch|error)/i, 'FLASH_VERIFY_MISMATCH'],
  [/programmer is not responding|timeout/i, 'FLASH_STALLED'],
  [/not in sync|protocol error|protocol expects|can't get into sync/i, 'FLASH_PROTOCOL'],
  [/invalid device signature|unable to read signature|Yikes/i, 'FLASH_PROTOCOL'],
  [
    /failed to (?:write|program)|write(?: operation)? (?:to .* )?failed|unable to write|\*{3} ?failed/i,
    'refused',
  ],
  [/unable to read|read(?: operation)? failed/i, 'refused'],
];
