import { RigError } from '../../core/errors.js';
import { commandLine, lastLines, runTool, type ToolResult } from '../tool.js';

/** The command that installs uhubctl, for messages. */
export const uhubctlInstall = 'sudo apt-get install uhubctl';

/** The command that is uhubctl here: `RIG_UHUBCTL`, else the one on the PATH. */
export function uhubctlCommand(): string {
  return process.env['RIG_UHUBCTL'] || 'uhubctl';
}

/** Longest time for one call, in ms: a device that does not answer holds it up, as it asks the hub about every port. */
export const uhubctlTimeoutMs = 4000;

/** One port as uhubctl prints it. */
export interface HubPortState {
  /** Where the hub is: `1-1.2`. */
  hub: string;
  port: number;
  isPowered: boolean;
  /** The status word and its flags: `0503 power highspeed enable connect`. */
  text: string;
}

/** What an answer of uhubctl says, as of its last lines: after a change, that is what came of it. */
export interface HubStatus {
  /** Hubs that can switch their ports, with their descriptions. */
  hubs: { hub: string; description: string }[];
  ports: HubPortState[];
}

/**
 * Runs uhubctl. Its way of asking every device for its name is left out where it can be: one that hangs would hang it too. Throws TOOL_MISSING,
 * and LINE_LOST when it does not end in time.
 */
export async function runUhubctl(args: readonly string[]): Promise<ToolResult> {
  const quick = await uhubctl(['-N', ...args]);
  // Before 2.5.0 there was no such option.
  return /(invalid|unrecognized|unknown) option/i.test(quick.output) ? uhubctl(args) : quick;
}

async function uhubctl(args: readonly string[]): Promise<ToolResult> {
  const command = uhubctlCommand();
  try {
    return await runTool({
      command,
      args,
      timeoutMs: uhubctlTimeoutMs,
      // It is installed for root; the PATH of other users does not lead there.
      env: { PATH: `${process.env['PATH'] ?? ''}:/usr/local/sbin:/usr/sbin:/sbin` },
      install: uhubctlInstall,
    });
  } catch (thrown) {
    if (!(thrown instanceof RigError) || thrown.code !== 'TOOL_TIMEOUT') throw thrown;
    const what = `${commandLine(command, args)} did not end within ${uhubctlTimeoutMs} ms: a hub or a device on it hangs`;
    throw new RigError('LINE_LOST', what, { cause: thrown });
  }
}

/** Reads what uhubctl printed. A USB 3 hub shows up as two, which it switches together. */
export function readHubStatus(lines: readonly string[]): HubStatus {
  const hubs = new Map<string, string>();
  const ports = new Map<string, HubPortState>();
  let hub = '';
  for (const line of lines) {
    const head = /^(?:Current|New) status for hub (\S+) \[(.*)\]$/.exec(line);
    if (head) {
      hub = head[1] ?? '';
      hubs.set(hub, head[2] ?? '');
      continue;
    }
    const [, number, text = ''] = /^ *Port (\d+): ([0-9a-f]{4}\b[^[]*)/.exec(line) ?? [];
    if (number === undefined) continue;
    const isPowered = text.split(' ').includes('power');
    ports.set(`${hub} ${number}`, { hub, port: Number(number), isPowered, text: text.trim() });
  }
  return {
    hubs: [...hubs].map(([name, description]) => ({ hub: name, description })),
    ports: [...ports.values()],
  };
}

/** Why an answer without the port that was asked for has none. Asks once more, for the hubs there are. */
export async function noSuchPort(
  what: string,
  hub: string,
  { lines }: Pick<ToolResult, 'lines'>,
): Promise<RigError> {
  const refused = refusedBy(what, lines);
  if (refused) return refused;
  const there = readHubStatus(lines).hubs.find((each) => each.hub === hub);
  if (there)
    return new RigError('LINE_NOT_FOUND', `${what}: the hub has no such port; it is ${there.description}`);
  if (!lines.some((line) => line.includes('No compatible')))
    return new RigError('LINE_LOST', `${what}: uhubctl said:\n${lastLines(lines)}`);
  const all = await runUhubctl([]);
  const { hubs } = readHubStatus(all.lines);
  const named = hubs.map((each) => `${each.hub} [${each.description}]`).join(', ');
  return (
    refusedBy(what, all.lines) ??
    new RigError(
      'LINE_NOT_FOUND',
      `${what}: no hub there that can switch its ports; ${named ? `there are: ${named}` : 'this host has none at all'}`,
    )
  );
}

/** The rule that uhubctl brings along (udev/rules.d/52-usb.rules of its sources): devices before Linux 6.0, files of sysfs since. */
const udevRule = [
  'SUBSYSTEM=="usb", DRIVER=="usb", MODE="0664", GROUP="dialout"',
  'SUBSYSTEM=="usb", DRIVER=="hub", RUN+="/bin/sh -c \\"chown -f root:dialout $sys$devpath/*-port*/disable || true\\"", RUN+="/bin/sh -c \\"chmod -f 660 $sys$devpath/*-port*/disable || true\\""',
].join('\n');

/** LINE_PERMISSION with the udev rule that helps, when the tool says that it may not. */
export function refusedBy(what: string, lines: readonly string[]): RigError | undefined {
  if (!lines.some((line) => /permission|not permitted|access denied/i.test(line))) return undefined;
  const remedy = `put this into /etc/udev/rules.d/52-usb.rules, run "sudo udevadm trigger --attr-match=subsystem=usb", and add the user to the group dialout:\n${udevRule}`;
  return new RigError('LINE_PERMISSION', `${what} may not be switched by this user; ${remedy}`);
}
