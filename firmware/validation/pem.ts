import { standsAt } from './scan-marks.js';

/** A text block of the kind `-----BEGIN …-----` with something in it. */
export interface PemBlock {
  /** `RSA PRIVATE KEY`, `CERTIFICATE`. */
  label: string;
  /** Its contents; undefined when the end is missing or the text is no base64. */
  der?: Buffer;
  /** Behind the block, as far as it goes. */
  end: number;
}

const BEGIN = '-----BEGIN ';
/** The largest keys and certificates in text are below this. */
const MOST_BYTES = 32768;
/** In a line of its own, in one string with `\n` in it, or both: as firmware has them. */
const breaks = String.raw`(?:[\s\0"',]|\\[rn])`;
/** Fewer characters than this are no key: parsers have the bare first line in them to look for it, and the last one too. */
const bodyStart = (least: number): RegExp =>
  new RegExp(
    String.raw`^${breaks}*(?:[A-Za-z0-9-]+: [^\n\\]*(?:\n|\\n)${breaks}*){0,8}[A-Za-z0-9+/]{${least}}`,
  );
const openStart = bodyStart(40);
const closedStart = bodyStart(16);
const openPgpStart = new RegExp(String.raw`^${breaks}*[A-Za-z0-9+/=]{24}`);

/** The block that begins there; undefined when there is no first line, or nothing behind it. */
export function pemBlockAt(bytes: Buffer, offset: number): PemBlock | undefined {
  if (!standsAt(bytes, offset, BEGIN)) return undefined;
  const head = /^-----BEGIN ([A-Z0-9 ]{1,48})-----/.exec(bytes.toString('latin1', offset, offset + 80));
  const label = head?.[1];
  if (head === null || label === undefined) return undefined;
  const start = offset + head[0].length;
  const text = bytes.toString('latin1', start, start + 1024);
  const last = `-----END ${label}-----`;
  const found = bytes.subarray(start, start + MOST_BYTES).indexOf(last, 0, 'latin1');
  const hasBody = (found === -1 ? openStart : closedStart).test(text);
  if (!hasBody && !(label.startsWith('PGP') && openPgpStart.test(text))) return undefined;
  if (found === -1) return { label, end: start };
  const body = bytes.toString('latin1', start, start + found).replace(/\\[rn]|[\s\0"',]/g, '');
  const isBase64 = /^[A-Za-z0-9+/]+={0,2}$/.test(body);
  const end = start + found + last.length;
  return { label, ...(isBase64 && { der: Buffer.from(body, 'base64') }), end };
}
