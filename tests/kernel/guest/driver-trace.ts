import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Looks at what the kernel's driver of a chip is told to do with its lines, in order and without a gap. */
export interface DriverTrace {
  /** Electrical changes of the line so far; `pull` is the level of a line that nobody drives. */
  changes(line: number, from: 0 | 1, pull: () => 0 | 1): (0 | 1)[];
  /** Forgets what was seen so far. */
  clear(): void;
}

/** The functions of a chip's driver: the kernel calls one of them for whatever it does with a line. */
export interface DriverFunctions {
  set: string;
  setMultiple: string;
  directionOutput: string;
  directionInput: string;
  free: string;
}

const tracing = '/sys/kernel/debug/tracing';

/**
 * Puts a kprobe on each function. x86-64 passes chip, line and value in rdi, rsi and rdx; `set_multiple` gets a mask and values instead,
 * of which the first 64 lines are looked at. What a driver does to its registers within one call cannot be seen here.
 */
export function traceDriver(name: string, functions: DriverFunctions): DriverTrace {
  const probes = {
    [`${name}_set`]: `${functions.set} line=%si:u32 value=%dx:u32`,
    [`${name}_out`]: `${functions.directionOutput} line=%si:u32 value=%dx:u32`,
    [`${name}_in`]: `${functions.directionInput} line=%si:u32`,
    [`${name}_free`]: `${functions.free} line=%si:u32`,
    [`${name}_many`]: `${functions.setMultiple} mask=+0(%si):x64 values=+0(%dx):x64`,
  };
  for (const [event, probe] of Object.entries(probes)) {
    if (!existsSync(join(tracing, 'events/rig', event)))
      writeFileSync(join(tracing, 'kprobe_events'), `p:rig/${event} ${probe}\n`, { flag: 'a' });
    writeFileSync(join(tracing, 'events/rig', event, 'enable'), '1');
  }
  return {
    clear: () => writeFileSync(join(tracing, 'trace'), ''),
    changes(line, from, pull) {
      const levels = readFileSync(join(tracing, 'trace'), 'utf8')
        .split('\n')
        .flatMap((text) => levelAfter(name, text, line, pull));
      return levels.filter((level, index) => level !== (index === 0 ? from : levels[index - 1]));
    },
  };
}

/** The level that the line has after the traced call, when the call is about the line. */
function levelAfter(name: string, text: string, line: number, pull: () => 0 | 1): (0 | 1)[] {
  const event = new RegExp(`: ${name}_(\\w+): `).exec(text)?.[1];
  const fields = new Map([...text.matchAll(/ (\w+)=(\w+)/g)].map(([, key, value]) => [key, value ?? '']));
  if (event === undefined) return [];
  if (event === 'many') {
    const bit = (field: string) => (BigInt(fields.get(field) ?? 0) >> BigInt(line)) & 1n;
    return bit('mask') === 1n ? [bit('values') === 1n ? 1 : 0] : [];
  }
  if (Number(fields.get('line')) !== line) return [];
  return [fields.has('value') ? (fields.get('value') === '0' ? 0 : 1) : pull()];
}
