import { openBackend } from '../../gpio/backend.js';
import type { LineBackend, LineBackendSpec } from '../../gpio/line.js';
import type { Output, Outputs } from '../../gpio/output.js';

/**
 * Reaches whatever a slot may be switched by, loading only what is used: a host whose slots are switched over HTTP needs no GPIO. The caller closes
 * it, which closes every output.
 */
export async function openOutputs(spec: LineBackendSpec): Promise<Outputs> {
  const others = new Set<Output>();
  let opening: Promise<LineBackend> | undefined;
  const lines = async (): Promise<LineBackend> => {
    const mine = (opening ??= openBackend(spec));
    try {
      return await mine;
    } catch (thrown) {
      // What is not there now may be there when it is asked for again.
      if (opening === mine) opening = undefined;
      throw thrown;
    }
  };
  const keep = (output: Output): Output => {
    others.add(output);
    return output;
  };
  return {
    name: spec.kind,
    openInput: async (address, options) => (await lines()).openInput(address, options),
    async openOutput(address, options) {
      if ('chip' in address) return (await lines()).openOutput(address, options);
      if ('hub' in address) return keep(await (await import('./hub-port.js')).openHubPort(address, options));
      return keep(await (await import('./http-switch.js')).openHttpSwitch(address, options));
    },
    async close() {
      await Promise.all([...others].map((output) => output.close()));
      await (await opening)?.close();
    },
  };
}
