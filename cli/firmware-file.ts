import { readFile, stat } from 'node:fs/promises';
import { refusal, type Finding } from '../firmware/validation/finding.js';

/** No chip here can address more flash; a file that is larger was named by mistake. */
const MOST_BYTES = 256 * 1024 * 1024;

/** The bytes of a file that a person named, or why they cannot be had. */
export async function readNamedFile(path: string): Promise<Buffer | Finding> {
  try {
    const { size } = await stat(path);
    if (size > MOST_BYTES) {
      return refusal(
        'file',
        `${path} is ${size} bytes long, more than any board holds; name a firmware file`,
      );
    }
    return await readFile(path);
  } catch (thrown) {
    const { code = String(thrown) } = thrown as NodeJS.ErrnoException;
    if (code === 'ENOENT') return refusal('file', `there is no file ${path}; correct the path`);
    if (code === 'EISDIR') return refusal('file', `${path} is a folder; name a file in it`);
    return refusal('file', `${path} cannot be read (${code}); check its permissions`);
  }
}
