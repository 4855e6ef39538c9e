/** One value in DER (ITU-T X.690): tag, length, contents. Offsets are those of the buffer it was read from. */
export interface DerValue {
  tag: number;
  /** Of the tag byte. */
  offset: number;
  /** First byte of the contents, and the one behind the last. */
  start: number;
  end: number;
}

export const derTags = { integer: 0x02, octets: 0x04, oid: 0x06, sequence: 0x30 } as const;

/** The value at that offset, or undefined when there is none that ends by `limit`. Definite lengths of up to four bytes only. */
export function readDer(bytes: Buffer, offset: number, limit = bytes.length): DerValue | undefined {
  const tag = bytes[offset];
  const first = bytes[offset + 1];
  if (tag === undefined || first === undefined || offset + 2 > limit) return undefined;
  let start = offset + 2;
  let length = first;
  if (first >= 0x80) {
    const count = first & 0x7f;
    if (count === 0 || count > 4 || start + count > limit) return undefined;
    length = bytes.readUIntBE(start, count);
    start += count;
  }
  const end = start + length;
  return end > limit ? undefined : { tag, offset, start, end };
}

/** The values in a constructed one, or undefined when they do not fill it exactly; no more than `most` are expected in one. */
export function derChildren(bytes: Buffer, parent: DerValue, most = 16): DerValue[] | undefined {
  const children: DerValue[] = [];
  for (let offset = parent.start; offset < parent.end;) {
    const child = readDer(bytes, offset, parent.end);
    if (child === undefined || children.length === most) return undefined;
    children.push(child);
    offset = child.end;
  }
  return children;
}

/** An object identifier in dots, `1.2.840.113549.1.1.5`; undefined when the value is none. */
export function derOid(bytes: Buffer, value: DerValue | undefined): string | undefined {
  if (value?.tag !== derTags.oid || value.end === value.start) return undefined;
  const numbers: number[] = [];
  let number = 0;
  for (const byte of bytes.subarray(value.start, value.end)) {
    number = number * 128 + (byte & 0x7f);
    if (byte >= 0x80) continue;
    const first = Math.min(2, Math.floor(number / 40));
    if (numbers.length === 0) numbers.push(first, number - first * 40);
    else numbers.push(number);
    number = 0;
  }
  return numbers.join('.');
}
