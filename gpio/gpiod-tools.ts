import type { Level } from './line.js';

/** The five commands of libgpiod. */
export type GpiodTool = 'gpioset' | 'gpioget' | 'gpiomon' | 'gpiodetect' | 'gpioinfo';

/** A chip as `gpiodetect` lists it. */
export interface DetectedChip {
  /** Name of its device below /dev: `gpiochip0`. */
  name: string;
  label: string;
  lineCount: number;
}

/** How the commands are told what to do, and how they answer, in one of their versions. Levels are electrical. */
export interface GpiodSyntax {
  /** `gpioset` that drives the line to the level until it is ended. */
  hold(chip: string, line: number, level: Level): string[];
  /** `gpioget`; makes the line an input, but with `asIs` on 2.x, which leaves its direction alone. */
  get(chip: string, line: number, options: { asIs: boolean }): string[];
  /** `gpiomon` that prints one line for each edge at once. */
  monitor(chip: string, line: number): string[];
  /** `gpioinfo` about every line of the chip. */
  info(chip: string): string[];
  /** The level after an edge that `gpiomon` printed. */
  levelAfter(edge: string): Level | undefined;
}

/** How this program is named to the kernel where the version can; 1.x always says `gpioset` or `gpiomon`. */
const consumer = 'rigwright';

const first: GpiodSyntax = {
  hold: (chip, line, level) => ['--mode=signal', chip, `${line}=${level}`],
  get: (chip, line) => [chip, String(line)],
  monitor: (chip, line) => ['--line-buffered', '--format=%e', chip, String(line)],
  info: (chip) => [chip],
  levelAfter: (edge) => ({ '0': 0, '1': 1 })[edge] as Level | undefined,
};

const second: GpiodSyntax = {
  hold: (chip, line, level) => ['--consumer', consumer, '--chip', chip, `${line}=${level}`],
  get: (chip, line, { asIs }) => [
    '--numeric',
    ...(asIs ? ['--as-is'] : []),
    '--consumer',
    consumer,
    '--chip',
    chip,
    String(line),
  ],
  monitor: (chip, line) => ['--format=%e', '--consumer', consumer, '--chip', chip, String(line)],
  info: (chip) => ['--chip', chip],
  levelAfter: (edge) => ({ '1': 1, '2': 0 })[edge] as Level | undefined,
};

/** The syntax of what `gpioset --version` names, or undefined when it is neither 1.x nor 2.x. */
export function syntaxOf(versionText: string): GpiodSyntax | undefined {
  const major = /\bv?(\d+)\.\d+/.exec(versionText)?.[1];
  return major === '1' ? first : major === '2' ? second : undefined;
}

/** What `gpiodetect` printed; the same in both versions. */
export function parseChips(text: string): DetectedChip[] {
  return [...text.matchAll(/^(gpiochip\d+) \[(.*)\] \((\d+) lines?\)$/gm)].map(
    ([, name = '', label = '', lineCount]) => ({ name, label, lineCount: Number(lineCount) }),
  );
}

/** What `gpioget` printed about one line. */
export function parseLevel(text: string): Level | undefined {
  const level = text.trim();
  return level === '0' ? 0 : level === '1' ? 1 : undefined;
}

/** Who uses each line, by its number, from what `gpioinfo` printed about one chip; free lines are left out. */
export function parseConsumers(text: string): Map<number, string> {
  const consumers = new Map<number, string>();
  for (const row of text.split('\n')) {
    const line = /^\s*line\s+(\d+):/.exec(row)?.[1];
    const used = row.includes('consumer=')
      ? /\bconsumer=(?:"([^"]*)"|(\S+))/.exec(row)
      : /:\s+(?:unnamed|"[^"]*")\s+(?:"([^"]*)"|(?!unused\b)(\S+))\s+(?:input|output)\s/.exec(row);
    const name = used?.[1] ?? used?.[2];
    if (line !== undefined && name !== undefined) consumers.set(Number(line), name);
  }
  return consumers;
}
