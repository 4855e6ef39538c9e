import type { Client, ClientChannel } from 'ssh2';
import type { Readable } from 'node:stream';
import { withDeadline } from '../../core/deadline.js';
import { RigError } from '../../core/errors.js';
import { connectionLost } from './network-error.js';

/** How a command ended: with its exit code, by a signal, or with neither where its server does not say. */
export interface CommandEnd {
  exitCode?: number;
  /** `KILL`, … */
  signal?: string;
}

export type OutputStream = 'stdout' | 'stderr';

export interface RunCommandOptions {
  /** The device, for messages. */
  where: string;
  timeoutMs: number;
  /** The error when the time is up. */
  onTimeout: () => Error;
  /** Gets what the command prints; it prints no faster than this resolves. */
  onOutput: (stream: OutputStream, bytes: Buffer) => Promise<void>;
  signal?: AbortSignal;
}

/**
 * Runs one command to its end, with nobody to type. Throws CONNECTION_LOST, CONFIG_INVALID when the server runs no commands, what `onTimeout` and `onOutput` throw,
 * and the signal's reason; the command gets the signal KILL then, which not every server passes on.
 */
export function runOverSsh(client: Client, command: string, options: RunCommandOptions): Promise<CommandEnd> {
  const { where, timeoutMs, onTimeout, onOutput, signal } = options;
  const work = async (stop: AbortSignal): Promise<CommandEnd> => {
    let channel: ClientChannel | undefined;
    let end: Promise<CommandEnd> | undefined;
    const kill = () => {
      if (channel === undefined || channel.destroyed) return;
      channel.signal('KILL');
      channel.destroy();
    };
    stop.addEventListener('abort', kill, { once: true });
    try {
      await startCommand(client, command, where, (opened) => {
        channel = opened;
        end = followed(client, opened, { command, where, onOutput });
        // Whoever waits for it hears it; until then it must not end the process.
        end.catch(() => undefined);
        if (stop.aborted) kill();
      });
      if (end === undefined) throw connectionLost(where, `"${command}" was to be run`);
      const ended = await end;
      channel = undefined;
      return ended;
    } finally {
      stop.removeEventListener('abort', kill);
      kill();
    }
  };
  return withDeadline(work, { timeoutMs, onTimeout, signal });
}

/** Resolves when the server has taken the command. `onChannel` is called at once: a command that is soon done says so in the same packet. */
export function startCommand(
  client: Client,
  command: string,
  where: string,
  onChannel: (channel: ClientChannel) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const doing = `"${command}" was to be run`;
    const onEnd = () => reject(connectionLost(where, doing));
    client.once('close', onEnd);
    const refused = (thrown: Error) => {
      client.off('close', onEnd);
      const what = `the SSH server at ${where} did not run "${command}": ${thrown.message}`;
      const isGone = /not connected/i.test(thrown.message);
      reject(
        isGone
          ? connectionLost(where, doing, thrown)
          : new RigError('CONFIG_INVALID', what, { cause: thrown }),
      );
    };
    try {
      client.exec(command, (thrown, channel) => {
        if (thrown) return refused(thrown);
        client.off('close', onEnd);
        channel.on('error', () => undefined);
        // Nobody is there to type.
        channel.end();
        onChannel(channel);
        resolve();
      });
    } catch (thrown) {
      refused(thrown as Error);
    }
  });
}

/** Passes on all that a command prints, and resolves with how it ended. */
async function followed(
  client: Client,
  channel: ClientChannel,
  { command, where, onOutput }: Pick<RunCommandOptions, 'where' | 'onOutput'> & { command: string },
): Promise<CommandEnd> {
  let end: CommandEnd = {};
  let isLost = false;
  channel.on('exit', (exitCode: number | null, name?: string) => {
    end = exitCode === null ? { signal: name ?? 'unknown' } : { exitCode };
  });
  const onLost = () => {
    isLost = true;
    channel.destroy();
  };
  client.once('close', onLost);
  const closed = new Promise<void>((resolve) => channel.once('close', () => resolve()));
  const pass = async (stream: Readable, name: OutputStream) => {
    for await (const bytes of stream) await onOutput(name, bytes as Buffer);
  };
  try {
    await Promise.all([pass(channel, 'stdout'), pass(channel.stderr, 'stderr'), closed]);
  } catch (thrown) {
    if (isLost || (thrown as { code?: string }).code !== 'ERR_STREAM_PREMATURE_CLOSE') {
      throw isLost ? connectionLost(where, `"${command}" was running`, thrown) : thrown;
    }
    throw connectionLost(where, `"${command}" was running`);
  } finally {
    client.off('close', onLost);
  }
  if (isLost && end.exitCode === undefined && end.signal === undefined) {
    throw connectionLost(where, `"${command}" was running`);
  }
  return end;
}
