import { asRigError, RigError } from '../core/errors.js';
import { lineName, type LineAddress, type LineBackend, type OutputLine } from './line.js';

/** Opens every output that has an address as inactive, from its first moment on; closes them all again when one fails. */
export async function openInactive<Name extends string>(
  backend: LineBackend,
  addresses: { [name in Name]?: LineAddress | undefined },
  names: readonly Name[],
): Promise<{ [name in Name]?: OutputLine }> {
  const lines: { [name in Name]?: OutputLine } = {};
  try {
    for (const name of names) {
      const address = addresses[name];
      if (address) lines[name] = await backend.openOutput(address, { initial: false });
    }
    return lines;
  } catch (thrown) {
    await forEachLine(presentIn(lines, names), (line) => line.close());
    throw thrown;
  }
}

/** The lines that there are, in the order of the names. */
export function presentIn<Name extends string>(
  lines: { [name in Name]?: OutputLine },
  names: readonly Name[],
): OutputLine[] {
  return names.flatMap((name) => lines[name] ?? []);
}

/**
 * Does it to every line, one after the other, also after one has failed; then throws what failed. Several failures become one
 * error with the code of the first.
 */
export async function forEachLine(
  lines: readonly OutputLine[],
  act: (line: OutputLine) => Promise<void>,
): Promise<void> {
  const failures: { line: string; error: RigError }[] = [];
  for (const line of lines) {
    try {
      await act(line);
    } catch (thrown) {
      failures.push({ line: lineName(line.address), error: asRigError(thrown) });
    }
  }
  const [first, ...others] = failures;
  if (first === undefined) return;
  if (others.length === 0) throw first.error;
  const what = failures.map(({ line, error }) => `${line}: ${error.message}`).join('; ');
  throw new RigError(first.error.code, `${failures.length} lines failed: ${what}`, {
    cause: first.error,
    details: { lines: failures.map(({ line }) => line) },
  });
}
