import type { Socket } from 'node:net';

/** How many TCP connections there are. */
export interface ConnectionCount {
  /** Now: those that the host has not ended. */
  open: number;
  /** At the same time, at most. */
  most: number;
  /** Ever. */
  accepted: number;
}

/** Connections of all devices and of each. */
export interface ConnectionCounts extends ConnectionCount {
  devices: Record<string, ConnectionCount>;
}

/** Counts the connections of a bench's devices. */
export interface Connections {
  /** Counts a connection of a device from now to its end. */
  count(device: string, socket: Socket): void;
  report(): ConnectionCounts;
}

export function createConnections(devices: readonly string[]): Connections {
  const all = none();
  const each = Object.fromEntries(devices.map((device) => [device, none()]));
  return {
    count(device, socket) {
      const counts = [all, each[device] ?? none()];
      let isOver = false;
      let isCounted = false;
      const end = (): void => {
        if (isCounted && !isOver) for (const count of counts) count.open -= 1;
        isOver = true;
      };
      socket.once('end', end).once('close', end);
      // A host that closes one connection and opens another one is heard in any order, but within one turn.
      setImmediate(() => {
        isCounted = true;
        for (const count of counts) add(count, isOver ? 0 : 1);
      });
    },
    report: () => ({ ...all, devices: structuredClone(each) }),
  };
}

function none(): ConnectionCount {
  return { open: 0, most: 0, accepted: 0 };
}

function add(count: ConnectionCount, open: number): void {
  count.accepted += 1;
  count.open += open;
  count.most = Math.max(count.most, count.open);
}
