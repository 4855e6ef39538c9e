import { crashSignatures } from './crash-signatures.js';
import { romSignatures } from './rom-signatures.js';
import type { BootSignature } from './signature.js';

/**
 * Every known fault, the one to name first where two share a line. The live boot (`boot-signatures.ts`) takes the fatal ones from here,
 * a diagnosis takes all of them.
 */
export const signatureTable: readonly BootSignature[] = [...crashSignatures, ...romSignatures];

/** The signature that a line matches. */
export function signatureOf(
  said: string,
): { signature: BootSignature; groups: Record<string, string | undefined> } | undefined {
  if (countsNone.test(said)) return undefined;
  for (const signature of signatureTable) {
    const found = signature.pattern.exec(said);
    if (found !== null) return { signature, groups: found.groups ?? {} };
  }
  return undefined;
}

/** A counter of faults that stands at nothing, or the answer no. */
const countsNone =
  /\b(?:counts?|counter|errors?|failures?|failed|detected|times)\W{1,3}(?:0|no|none|never)\.?$/i;
