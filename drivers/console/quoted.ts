const longest = 240;

/** A line of the board as it may stand in a message: without colour sequences, control characters escaped, cut when it is long. */
export function quoted(line: string): string {
  const plain = line
    .replace(/\x1b\[[0-9;]*[A-Za-z]/g, '')
    .replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`);
  return plain.length > longest ? `${plain.slice(0, longest)}…` : plain;
}
