import type { CheckedFile } from './checked-file.js';
import type { FileKind } from './schema-check.js';

/** A file's first key names it as its file name does, so that what is found is what was meant. */
export function checkName(
  kind: FileKind,
  file: Pick<CheckedFile<unknown>, 'name' | 'report'>,
  written: string | undefined,
): void {
  if (written === undefined || written === file.name) return;
  file.report(
    [kind],
    `is "${written}", but the file is called ${file.name}.yaml; write ${file.name}, or rename the file to ${written}.yaml`,
  );
}

/** Indices of the entries whose key stood in an earlier entry already, with the index of that one. */
export function repeated(keys: readonly (string | undefined)[]): { index: number; first: number }[] {
  return keys.flatMap((key, index) => {
    const first = key === undefined ? index : keys.indexOf(key);
    return first === index ? [] : [{ index, first }];
  });
}
