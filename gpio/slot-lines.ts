import { asRigError, RigError } from '../core/errors.js';
import { outputName, type Output, type OutputAddress, type Outputs } from './output.js';

/** Opens every output that has an address as inactive, from its first moment on; closes them all again when one fails. */
export async function openInactive<Name extends string>(
  backend: Pick<Outputs, 'openOutput'>,
  addresses: { [name in Name]?: OutputAddress | undefined },
  names: readonly Name[],
): Promise<{ [name in Name]?: Output }> {
  const lines: { [name in Name]?: Output } = {};
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
  lines: { [name in Name]?: Output },
  names: readonly Name[],
): Output[] {
  return names.flatMap((name) => lines[name] ?? []);
}

/**
 * Does it to every line, one after the other, also after one has failed; then throws what failed. Several failures become one
 * error with the code of the first.
 */
export async function forEachLine(
  lines: readonly Output[],
  act: (line: Output) => Promise<void>,
): Promise<void> {
  const failures: { line: string; error: RigError }[] = [];
  for (const line of lines) {
    try {
      await act(line);
    } catch (thrown) {
      failures.push({ line: outputName(line.address), error: asRigError(thrown) });
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
