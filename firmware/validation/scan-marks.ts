/** Two bytes with which something begins that is worth a closer look, and the look. */
export interface Mark {
  first: number;
  second: number;
  /** Returns where the scan goes on, to pass over what it found; undefined to go on with the next byte. */
  look(offset: number): number | undefined;
}

/**
 * Looks at every place where a mark stands. One pass over the bytes whatever the number of marks, because a release is scanned
 * before every run.
 */
export function scanMarks(bytes: Buffer, marks: readonly Mark[]): void {
  const groups: Mark[][] = [[]];
  const table = new Uint8Array(0x10000);
  for (const mark of marks) {
    const pair = (mark.first << 8) | mark.second;
    const known = table[pair] ?? 0;
    if (known !== 0) groups[known]?.push(mark);
    else table[pair] = groups.push([mark]) - 1;
  }
  let pair = bytes[0] ?? 0;
  for (let at = 1; at < bytes.length; at++) {
    pair = ((pair << 8) | (bytes[at] as number)) & 0xffff;
    const group = table[pair] as number;
    if (group === 0) continue;
    for (const { look } of groups[group] ?? []) {
      const next = look(at - 1);
      if (next === undefined || next <= at) continue;
      at = next;
      pair = bytes[at] ?? 0;
      break;
    }
  }
}

/** Marks for every text that begins so. */
export function textMark(starts: string, look: Mark['look']): Mark {
  return { first: starts.charCodeAt(0), second: starts.charCodeAt(1), look };
}

/** Whether the text stands there. */
export function standsAt(bytes: Buffer, offset: number, text: string): boolean {
  if (offset < 0 || offset + text.length > bytes.length) return false;
  for (let index = 0; index < text.length; index++) {
    if (bytes[offset + index] !== text.charCodeAt(index)) return false;
  }
  return true;
}
