const mostBytes = 256;

/** The lines that the host sends. */
export interface LineInput {
  /** The next line without its end; empty lines are left out. Waits at most until the signal aborts, and then rejects. */
  next(signal: AbortSignal): Promise<string>;
}

/** Collects lines that end with CR, LF or both; what is longer than a console's buffer is cut. */
export function createLineInput(onReceive: (listener: (bytes: Buffer) => void) => void): LineInput {
  const lines: string[] = [];
  let collected: number[] = [];
  let wake: (() => void) | undefined;

  onReceive((bytes) => {
    for (const byte of bytes) {
      if (byte !== 0x0a && byte !== 0x0d) {
        if (collected.length < mostBytes) collected.push(byte);
        continue;
      }
      const line = Buffer.from(collected).toString('utf8').trim();
      collected = [];
      if (line !== '') lines.push(line);
    }
    if (lines.length > 0) wake?.();
  });

  return {
    async next(signal) {
      for (;;) {
        signal.throwIfAborted();
        const line = lines.shift();
        if (line !== undefined) return line;
        await new Promise<void>((resolve) => {
          const stop = (): void => resolve();
          wake = () => {
            signal.removeEventListener('abort', stop);
            resolve();
          };
          signal.addEventListener('abort', stop, { once: true });
        });
      }
    },
  };
}
