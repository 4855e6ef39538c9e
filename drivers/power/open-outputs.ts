import { openBackend } from '../../gpio/backend.js';
import type { LineBackendSpec } from '../../gpio/line.js';
import { outputName, type Outputs } from '../../gpio/output.js';
import { RigError } from '../../core/errors.js';

/** Reaches whatever a slot may be switched by. Throws as `openBackend` does. The caller closes it. */
export async function openOutputs(spec: LineBackendSpec): Promise<Outputs> {
  const lines = await openBackend(spec);
  return {
    name: lines.name,
    openInput: (address, options) => lines.openInput(address, options),
    async openOutput(address, options) {
      if ('chip' in address) return lines.openOutput(address, options);
      throw new RigError('CONFIG_INVALID', `${outputName(address)} cannot be switched yet`);
    },
    close: () => lines.close(),
  };
}
