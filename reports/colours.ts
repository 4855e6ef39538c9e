/** Paints text for the terminal; without colours it gives the text back. */
export type Paint = (colour: Colour, text: string) => string;

export type Colour = keyof typeof codes;

const codes = {
  green: [32, 39],
  red: [31, 39],
  yellow: [33, 39],
  cyan: [36, 39],
  dim: [2, 22],
  bold: [1, 22],
} as const;

export const plainPaint: Paint = (_colour, text) => text;

/** Colours on a terminal unless NO_COLOR is set (no-color.org); FORCE_COLOR sets them elsewhere too. */
export function paintFor(stream: { isTTY?: boolean }, env: NodeJS.ProcessEnv): Paint {
  const forced = env['FORCE_COLOR'] !== undefined && env['FORCE_COLOR'] !== '0';
  if (env['NO_COLOR'] || !(stream.isTTY || forced)) return plainPaint;
  return (colour, text) => {
    const [on, off] = codes[colour];
    return `\x1b[${on}m${text}\x1b[${off}m`;
  };
}
