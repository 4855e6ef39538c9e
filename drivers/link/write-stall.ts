/** Flags of the binding's poller, as libuv has them. */
export const pollFlags = { readable: 1, writable: 2, disconnect: 4 } as const;

type PollEvent = keyof typeof pollFlags;

/** The part of the binding's `Poller` that the repair needs. */
export interface PortPoller {
  poll(flags?: number): void;
  listenerCount(event: PollEvent): number;
}

/**
 * Repairs one port's poller. `Poller.poll` of @serialport/bindings-cpp 13.0.0 replaces the set of awaited events instead of
 * adding to it: when a write waits for room and a read waits again for data, the port is no longer watched for room, and the
 * write stays where it is until something happens to arrive. After the repair every call watches for all events that
 * somebody still waits for.
 */
export function keepWaitingWrites(poller: PortPoller): void {
  const poll = poller.poll.bind(poller);
  poller.poll = (flags = 0) => {
    let union = flags;
    for (const [event, flag] of Object.entries(pollFlags)) {
      if (poller.listenerCount(event as PollEvent) > 0) union |= flag;
    }
    poll(union);
  };
}
