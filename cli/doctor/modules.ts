import { createRequire } from 'node:module';
import type { Finding } from './finding.js';

const require = createRequire(import.meta.url);
const rebuild = 'install a compiler (sudo apt-get install build-essential python3) and run npm ci again';

/** A package with native code: it is there, or the reason why it cannot be loaded. */
interface NativeModule {
  name: string;
  /** What cannot be done without it. */
  use: string;
  isNeeded: boolean;
}

/** Loads what has native code; what no station needs is a note only. */
export function checkModules(
  needs: { kernelLines: boolean; bench: boolean },
  load: (name: string) => unknown = require,
): Finding[] {
  const modules: NativeModule[] = [
    { name: '@serialport/bindings-cpp', use: 'serial ports', isNeeded: true },
    { name: 'onoff', use: "the kernel's GPIO lines with `gpio: onoff`", isNeeded: needs.kernelLines },
    { name: 'koffi', use: 'the virtual bench', isNeeded: needs.bench },
  ];
  return modules.map(({ name, use, isNeeded }): Finding => {
    const module = { area: 'modules', subject: name } as const;
    try {
      load(name);
      return { ...module, severity: 'ok', found: 'loads' };
    } catch (thrown) {
      const why = thrown instanceof Error ? (thrown.message.split('\n')[0] ?? '') : String(thrown);
      const severity = isNeeded ? 'error' : 'note';
      return { ...module, severity, found: `cannot be loaded, so no ${use}: ${why}`, remedy: rebuild };
    }
  });
}
