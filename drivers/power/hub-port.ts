import { RigError } from '../../core/errors.js';
import type { OpenOutputOptions } from '../../gpio/line.js';
import { outputName, type HubPortAddress, type Output } from '../../gpio/output.js';
import type { ToolResult } from '../tool.js';
import { noSuchPort, readHubStatus, refusedBy, runUhubctl } from './uhubctl.js';

/**
 * A port of a USB hub, switched by uhubctl. The hub is asked on opening, so that a wrong address is known before anything is switched. Throws
 * TOOL_MISSING, LINE_NOT_FOUND naming the hubs there are, LINE_PERMISSION naming the udev rule, and LINE_LOST for a hub that hangs.
 */
export async function openHubPort(address: HubPortAddress, { initial }: OpenOutputOptions): Promise<Output> {
  const { hub, port } = address;
  const name = outputName(address);
  const target = ['-l', hub, '-p', String(port)];
  let isClosed = false;

  const ask = async (action: readonly string[]): Promise<{ isPowered: boolean; answer: ToolResult }> => {
    if (isClosed) throw new RigError('INTERNAL_ERROR', `${name} is used after it was closed`);
    const answer = await runUhubctl([...target, ...action]);
    const { ports } = readHubStatus(answer.lines);
    if (!ports.some((each) => each.hub === hub && each.port === port))
      throw await noSuchPort(name, hub, answer);
    // Of the two halves of a USB 3 hub, either may feed the device.
    return { isPowered: ports.some((each) => each.isPowered), answer };
  };
  const write = async (active: boolean) => {
    const { isPowered, answer } = await ask(['-a', active ? 'on' : 'off']);
    if (isPowered === active) return;
    const refused = refusedBy(name, answer.lines);
    if (refused) throw refused;
    const states = readHubStatus(answer.lines).ports.map((each) => each.text);
    const what = `${name} was switched ${active ? 'on' : 'off'} and reads ${states.join(' and ')}`;
    throw new RigError('LINE_READBACK', what);
  };

  if (initial === 'as-is') await ask([]);
  else await write(initial);
  return {
    address,
    write,
    read: async () => (await ask([])).isPowered,
    close() {
      isClosed = true;
      return Promise.resolve();
    },
  };
}
