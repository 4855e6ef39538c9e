import { constants } from 'node:fs';
import { access, open, stat } from 'node:fs/promises';

/** Why a file cannot be run as a program, and the remedy; undefined when it can. `path` is absolute. */
export async function scriptProblem(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return `there is no file ${path}; put the program there, or correct the path`;
  if (!found.isFile()) return `${path} is no file; name a program`;
  if (!(await isAllowed(path, constants.X_OK))) return `${path} is not executable; run: chmod +x ${path}`;
  // A program that may be run but not read is no script.
  if (!(await isAllowed(path, constants.R_OK))) return undefined;
  const start = await startOf(path);
  if (start.length === 0) return `${path} is empty, so it would let every unit pass; write what it is to do`;
  const interpreter = /^#![ \t]*([^ \t\n]+)/.exec(start.toString('latin1'))?.[1];
  return interpreter === undefined ? undefined : interpreterProblem(path, interpreter);
}

/** The kernel itself looks for it, and says of the script that it is not there when it is missing. */
async function interpreterProblem(path: string, interpreter: string): Promise<string | undefined> {
  if (interpreter.endsWith('\r'))
    return `${path} has lines that end as on Windows, which its interpreter ${interpreter.trim()} would not be found for; save it with plain line ends`;
  if (await isAllowed(interpreter, constants.X_OK)) return undefined;
  return `${path} is to be run by ${interpreter}, which is not there; correct its first line, or install that`;
}

async function startOf(path: string): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(512), 0, 512, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

function isAllowed(path: string, mode: number): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  );
}
