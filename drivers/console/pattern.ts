import { RigError } from '../../core/errors.js';

/** Compiles a pattern of a board file: JavaScript, `^` and `$` at line ends. Throws CONFIG_INVALID naming `where`. */
export function compilePattern(source: string, where: string): RegExp {
  try {
    return new RegExp(source, 'm');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new RigError('CONFIG_INVALID', `${where}: ${why}`, { cause });
  }
}
