import { inspectIntelHex } from '../intel-hex.js';
import type { MemorySegment } from '../memory-segment.js';
import { inspectUf2 } from '../uf2.js';
import {
  certificateFaults,
  derCertificateAt,
  readCertificate,
  type EmbeddedCertificate,
} from './certificates.js';
import type { Finding, Severity } from './finding.js';
import { pemBlockAt } from './pem.js';
import { derPrivateKeyAt } from './private-keys.js';
import { recogniseFormat } from './recognise.js';
import { scanMarks, textMark, type Mark } from './scan-marks.js';
import { tokenAt, tokenForms, webTokenAt } from './tokens.js';

/** What was found in a file's contents, with its place. */
export interface Contents {
  certificates: (Place & { certificate?: EmbeddedCertificate })[];
  /** Their kinds; never the secrets themselves. */
  secrets: (Place & { kind: string; severity: Severity })[];
}

type Place = Pick<Finding, 'offset' | 'address'>;

/** After so many of one kind, the rest would only bury the first. */
const MOST = 40;
/** A whole store of roots has some 150 certificates, and each of them can have run out. */
const MOST_CERTIFICATES = 1000;

/** Scans a file for certificates and secrets; of Intel HEX and UF2 files, what they carry. Never throws. */
export function readContents(bytes: Buffer, now: Date): Contents {
  const contents: Contents = { certificates: [], secrets: [] };
  const format = recogniseFormat(bytes);
  const carried: MemorySegment[] | undefined =
    format === 'intel-hex'
      ? inspectIntelHex(bytes).segments
      : format === 'uf2'
        ? inspectUf2(bytes).segments
        : undefined;
  if (carried === undefined) scan(bytes, (offset) => ({ offset }), now, contents);
  for (const { address, data } of carried ?? [])
    scan(data, (at) => ({ address: address + at }), now, contents);
  return contents;
}

/** What the contents of a file are refused or warned for. */
export function contentsFindings({ certificates, secrets }: Contents, now: Date): Finding[] {
  const ofCertificates = certificates.flatMap(({ certificate, ...place }): Finding[] => {
    const damaged = 'a certificate is here that cannot be read: it is damaged or cut short; put it in anew';
    const faults = certificate
      ? certificateFaults(certificate, now)
      : [{ severity: 'error' as const, what: damaged }];
    return faults.map((fault) => ({ kind: 'certificate', ...place, ...fault }));
  });
  ofCertificates.sort(
    (one, other) => Number(one.severity === 'warning') - Number(other.severity === 'warning'),
  );
  const ofSecrets = secrets.map(({ kind, severity, ...place }): Finding => {
    const article = /^([AEIO]|RSA|X\d)/i.test(kind) ? 'an' : 'a';
    const what = `${article} ${kind} is in the file, for everybody who can read a board; take it out of the build, revoke it, and give each board its own`;
    return { kind: 'secret', severity, ...place, what };
  });
  return [...ofCertificates.slice(0, MOST), ...ofSecrets];
}

function scan(bytes: Buffer, place: (offset: number) => Place, now: Date, into: Contents): void {
  const secret = (offset: number, kind: string, severity: Severity, end: number): number => {
    if (into.secrets.length < MOST) into.secrets.push({ ...place(offset), kind, severity });
    return end;
  };
  const certificateFound = (
    offset: number,
    certificate: EmbeddedCertificate | undefined,
    end: number,
  ): number => {
    if (into.certificates.length < MOST_CERTIFICATES)
      into.certificates.push({ ...place(offset), ...(certificate && { certificate }) });
    return end;
  };
  const lookDer = (offset: number): number | undefined => {
    const key = derPrivateKeyAt(bytes, offset);
    return key && secret(offset, `${key.kind} (DER)`, 'error', key.end);
  };
  const lookLongDer = (offset: number): number | undefined => {
    const found = derCertificateAt(bytes, offset);
    return found ? certificateFound(offset, found.certificate, found.end) : lookDer(offset);
  };
  const lookPem = (offset: number): number | undefined => {
    const block = pemBlockAt(bytes, offset);
    if (block === undefined) return undefined;
    if (/PRIVATE KEY( BLOCK)?$/.test(block.label)) {
      return secret(offset, `${pemKind(block.label)} (PEM)`, 'error', block.end);
    }
    if (!/^((X509|TRUSTED) )?CERTIFICATE$/.test(block.label)) return undefined;
    return certificateFound(offset, block.der && readCertificate(block.der), block.end);
  };
  const marks: Mark[] = tokenForms.map((token) =>
    textMark(token.starts, (offset) => {
      const found = tokenAt(bytes, offset, token);
      return found && secret(offset, found.kind, found.severity, found.end);
    }),
  );
  marks.push(
    textMark('eyJ', (offset) => {
      const found = webTokenAt(bytes, offset, now);
      return found && secret(offset, found.kind, found.severity, found.end);
    }),
    textMark('-----BEGIN ', lookPem),
    { first: 0x30, second: 0x82, look: lookLongDer },
    { first: 0x30, second: 0x81, look: lookDer },
    ...shortLengths.map((second): Mark => ({ first: 0x30, second, look: lookDer })),
  );
  scanMarks(bytes, marks);
}

/** Lengths of a DER value that fit into one byte, as far as a private key can have them. */
const shortLengths = Array.from({ length: 0x60 }, (_, index) => 0x20 + index);

/** `RSA PRIVATE KEY` as it is called in messages; a plain `PRIVATE KEY` is any kind. */
function pemKind(label: string): string {
  if (label === 'ENCRYPTED PRIVATE KEY') return 'encrypted private key';
  return label.replace(/PRIVATE KEY( BLOCK)?$/, 'private key');
}
