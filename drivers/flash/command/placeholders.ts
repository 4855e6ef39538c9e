import { RigError } from '../../../core/errors.js';
import type { CommandTool } from './command-tool.js';

/** What may stand in braces in a tool's arguments, and what it is filled with. */
export const placeholders = {
  port: 'the slot’s serial port',
  host: 'the slot’s network address',
  drive: 'the folder of the slot’s boot drive',
  chip: 'the chip of the board file',
  baudRate: 'rate of the transfer, bits per second',
  file: 'absolute path of the image, or of the file that `read` has to write',
  offset: 'place in flash in bytes from its start, as 0x1000',
  address: 'the same as the CPU sees it, as 0x08001000',
  size: 'length in bytes, decimal',
} as const;

export type Placeholder = keyof typeof placeholders;
export type Values = Partial<Record<Placeholder, string>>;
/** The calls of a tool, by their key in the board file. */
export type CallName = Exclude<keyof CommandTool, 'install' | 'args' | 'errors'>;

const ofSlot = ['port', 'host', 'drive', 'chip', 'baudRate'] as const;
const ofRegion = [...ofSlot, 'offset', 'address', 'size'] as const;
const ofFile = [...ofRegion, 'file'] as const;

/** What can be filled in for each call. */
export const placeholdersOf: Readonly<Record<CallName, readonly Placeholder[]>> = {
  probe: ofSlot,
  write: ofFile,
  verify: ofFile,
  read: ofFile,
  erase: ofRegion,
};

const inBraces = /\{(\w+)\}/g;

/** Names that stand in braces in arguments, known or not. */
export function placeholdersIn(args: readonly string[]): string[] {
  return args.flatMap((word) => [...word.matchAll(inBraces)].map(([, name = '']) => name));
}

/** The command line with everything filled in; each word stays one argument. Throws CONFIG_INVALID for what nothing can be filled in for. */
export function fillArgs(args: readonly string[], values: Values): string[] {
  return args.map((word) =>
    word.replace(inBraces, (text, name: string) => {
      const value = values[name as Placeholder];
      if (value !== undefined) return value;
      const what = name in placeholders ? placeholders[name as Placeholder] : undefined;
      const why = what === undefined ? 'means nothing' : `stands for ${what}, and there is none here`;
      throw new RigError('CONFIG_INVALID', `${text} in the argument "${word}" of flash.command ${why}`);
    }),
  );
}
