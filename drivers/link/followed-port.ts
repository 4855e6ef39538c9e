import { abortedBy, withDeadline } from '../../core/deadline.js';
import { asRigError } from '../../core/errors.js';
import { absentBoard } from './absent-board.js';
import type { Link, LinkOptions } from './link.js';
import { openSerialLink } from './serial-link.js';

/** A board's own USB port, which comes and goes with its power: opened again whenever it is there. */
export interface FollowedPort {
  /** The port once it is open. Throws PORT_NOT_FOUND, the board's fault, when it is not within this time, and what the signal carries. */
  there(options: { timeoutMs: number; signal?: AbortSignal }): Promise<Link>;
  /** Follows it no more; may be called twice. */
  close(): Promise<void>;
}

export interface FollowedPortHooks {
  /** Called with each link before anything is read from it. */
  onOpen: (link: Link) => void;
  /** The port went away, which is to be expected when the board is reset or switched off. */
  onGone: () => void;
  note: (text: string) => void;
}

/** Begins to follow the port by its path, whether it is there or not. */
export function followPort(options: LinkOptions, { onOpen, onGone, note }: FollowedPortHooks): FollowedPort {
  const closed = new AbortController();
  let current: Link | undefined;
  let waiting: ((link: Link) => void)[] = [];
  let lastTrouble = '';

  const untilGone = (link: Link) =>
    new Promise<void>((resolve) => {
      if (link.lost.aborted) resolve();
      else link.lost.addEventListener('abort', () => resolve(), { once: true });
    });
  /** Undefined when it did not come, or cannot be opened. */
  const open = async (): Promise<Link | undefined> => {
    try {
      const link = await openSerialLink({ ...options, native: true, note, signal: closed.signal });
      lastTrouble = '';
      return link;
    } catch (thrown) {
      const { code, message } = asRigError(thrown);
      // A board without power has no port; everything else is worth a word, once.
      if (closed.signal.aborted || code === 'PORT_NOT_FOUND' || message === lastTrouble) return undefined;
      lastTrouble = message;
      note(`--- console not opened: ${message}`);
      return undefined;
    }
  };
  const follow = async () => {
    while (!closed.signal.aborted) {
      const link = await open();
      if (link === undefined) continue;
      current = link;
      onOpen(link);
      for (const resolve of waiting.splice(0)) resolve(link);
      const stop = () => void link.close();
      closed.signal.addEventListener('abort', stop, { once: true });
      if (closed.signal.aborted) stop();
      await untilGone(link);
      closed.signal.removeEventListener('abort', stop);
      current = undefined;
      await link.close();
      if (!closed.signal.aborted) onGone();
    }
  };
  const following = follow();
  return {
    there: ({ timeoutMs, signal }) =>
      withDeadline(
        async (over) => {
          if (current && !current.lost.aborted) return current;
          return new Promise<Link>((resolve, reject) => {
            const give = (link: Link) => {
              closed.signal.removeEventListener('abort', refuse);
              resolve(link);
            };
            const refuse = () => reject(abortedBy(closed.signal));
            waiting.push(give);
            closed.signal.addEventListener('abort', refuse, { once: true });
            if (closed.signal.aborted) refuse();
            over.addEventListener('abort', () => {
              waiting = waiting.filter((each) => each !== give);
              closed.signal.removeEventListener('abort', refuse);
            });
          });
        },
        { timeoutMs, signal, onTimeout: () => absentBoard(options.path, timeoutMs) },
      ),
    async close() {
      closed.abort();
      await following;
    },
  };
}
