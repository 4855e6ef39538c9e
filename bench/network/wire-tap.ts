import type { Wire } from '../parts.js';

/** A board's wire to which others can listen, and from which it can hear others. */
export interface WireTap {
  /** For the board. */
  wire: Wire;
  /** Gets what the board sends; returns a function that stops it. */
  onSent(listener: (bytes: Uint8Array) => void): () => void;
  /** The board receives these bytes as if its host had sent them. */
  feed(bytes: Buffer): void;
}

export function tapWire(wire: Wire): WireTap {
  const listeners = new Set<(bytes: Uint8Array) => void>();
  let receive: (bytes: Buffer) => void = () => undefined;
  return {
    wire: {
      send(bytes) {
        wire.send(bytes);
        for (const listener of listeners) listener(bytes);
      },
      onReceive(listener) {
        receive = listener;
        wire.onReceive(listener);
      },
      onMisheard: (listener) => wire.onMisheard(listener),
      setBaudRate: (baudRate, options) => wire.setBaudRate(baudRate, options),
      measureBaudRate: (options) => wire.measureBaudRate(options),
      setPowered: (powered) => wire.setPowered(powered),
      onLines: (listener) => wire.onLines(listener),
      onHangUp: (listener) => wire.onHangUp(listener),
      close: () => wire.close(),
    },
    onSent(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    feed: (bytes) => receive(bytes),
  };
}
