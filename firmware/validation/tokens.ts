import type { Severity } from './finding.js';
import { standsAt } from './scan-marks.js';

/** A credential that tells itself by its form. */
export interface TokenForm {
  /** What it is called in messages. */
  kind: string;
  starts: string;
  /** The whole of it, from its start. */
  form: RegExp;
  severity?: Severity;
}

/** Of a token, and of what was found behind its start. */
export interface FoundToken {
  kind: string;
  severity: Severity;
  end: number;
}

/** Longest text that is looked at behind a start. */
const MOST_BYTES = 4096;

const form = (kind: string, starts: string, rest: string, severity?: Severity): TokenForm => {
  const source = starts.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`) + rest;
  return { kind, starts, form: new RegExp(`^${source}`), ...(severity && { severity }) };
};

/** The forms as their owners document them; what has no form of its own, such as a password, cannot be told from other text. */
export const tokenForms: readonly TokenForm[] = [
  // That of the documentation too: firmware has no reason to hold one, and who put it there will put in another.
  form('AWS access key id', 'AKIA', '[A-Z0-9]{16}(?![A-Za-z0-9])'),
  form('AWS access key id', 'ASIA', '[A-Z0-9]{16}(?![A-Za-z0-9])'),
  ...['aws_secret_access_key', 'AWS_SECRET_ACCESS_KEY'].map((start) =>
    form('AWS secret access key', start, String.raw`["']?\s*[:=]\s*["']?[A-Za-z0-9+/]{40}(?![A-Za-z0-9+/])`),
  ),
  ...['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'].map((start) => form('GitHub token', start, '[A-Za-z0-9]{36}')),
  form('GitHub token', 'github_pat_', '[A-Za-z0-9]{22}_[A-Za-z0-9]{59}'),
  form('GitLab token', 'glpat-', '[A-Za-z0-9_-]{20}'),
  form('GitLab token', 'gldt-', '[A-Za-z0-9_-]{20}'),
  form('GitLab token', 'glrt-', '[A-Za-z0-9_-]{20}'),
  ...['b', 'p', 'a', 'r', 's', 'e'].map((letter) => form('Slack token', `xox${letter}-`, '[0-9A-Za-z-]{20}')),
  form('Slack token', 'xapp-', '[0-9]-[A-Z0-9]{8,}-[0-9]{8,}-[0-9a-z]{32}'),
  form('Slack webhook', 'hooks.slack.com/services/', 'T[A-Z0-9]{6,}/B[A-Z0-9]{6,}/[A-Za-z0-9]{20}'),
  form('Stripe live key', 'sk_live_', '[0-9A-Za-z]{16}'),
  form('Stripe live key', 'rk_live_', '[0-9A-Za-z]{16}'),
  form('Stripe webhook secret', 'whsec_', '[0-9A-Za-z]{32}'),
  form('Stripe test key', 'sk_test_', '[0-9A-Za-z]{16}', 'warning'),
  form('Stripe test key', 'rk_test_', '[0-9A-Za-z]{16}', 'warning'),
  form('Google API key', 'AIza', '[0-9A-Za-z_-]{35}(?![0-9A-Za-z_-])'),
  form('Google OAuth client secret', 'GOCSPX-', '[0-9A-Za-z_-]{28}'),
  form('Google OAuth token', 'ya29.', '[0-9A-Za-z_-]{60}'),
  form('Azure storage key', 'AccountKey=', '[A-Za-z0-9+/]{86}=='),
  form('Azure shared access key', 'SharedAccessKey=', '[A-Za-z0-9+/]{43}='),
  form('npm token', 'npm_', '[A-Za-z0-9]{36}(?![A-Za-z0-9])'),
  form('PuTTY private key', 'PuTTY-User-Key-File-', '[23]: [a-z0-9-]+'),
  // Behind the mark comes the cipher's name with its length; programs that read such keys have the mark alone.
  form('OpenSSH private key', 'openssh-key-v1', String.raw`\0\0\0\0[\x03-\x40][a-z0-9@.-]{3}`),
  form('SendGrid key', 'SG.', '[A-Za-z0-9_-]{22}[.][A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])'),
  form('DigitalOcean token', 'dop_v1_', '[a-f0-9]{64}'),
  form('Hugging Face token', 'hf_', '[A-Za-z]{34}(?![A-Za-z0-9])'),
];

/** The token of that form at that offset; undefined when something else begins so, or it is the tail of a longer word. */
export function tokenAt(bytes: Buffer, offset: number, token: TokenForm): FoundToken | undefined {
  if (!standsAt(bytes, offset, token.starts) || isWordByte(bytes[offset - 1])) return undefined;
  const found = token.form.exec(bytes.toString('latin1', offset, offset + 256));
  if (found === null) return undefined;
  return { kind: token.kind, severity: token.severity ?? 'error', end: offset + found[0].length };
}

/**
 * The JSON Web Token at that offset. Three pieces of base64 with dots are not enough: the first two must be JSON, the first with an
 * algorithm. One that has run out opens nothing any more and is a warning.
 */
export function webTokenAt(bytes: Buffer, offset: number, now: Date): FoundToken | undefined {
  if (!standsAt(bytes, offset, 'eyJ') || isWordByte(bytes[offset - 1])) return undefined;
  const text = bytes.toString('latin1', offset, offset + MOST_BYTES);
  const found = /^([\w-]{12,})\.([\w-]{8,})\.([\w-]{20,})/.exec(text);
  if (found === null) return undefined;
  const [whole, head = '', body = ''] = found;
  const header = jsonIn(head);
  const payload = jsonIn(body);
  if (typeof header?.['alg'] !== 'string' || payload === undefined) return undefined;
  const { exp } = payload;
  const isOver = typeof exp === 'number' && exp * 1000 < now.getTime();
  return { kind: 'JSON Web Token', severity: isOver ? 'warning' : 'error', end: offset + whole.length };
}

function jsonIn(base64: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(base64, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function isWordByte(byte: number | undefined): boolean {
  return byte !== undefined && /[A-Za-z0-9]/.test(String.fromCharCode(byte));
}
