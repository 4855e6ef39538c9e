// A board that is only a UART, a flash chip and the serial loader, in a process of its own, so that the driver or tool under test has its event
// loop for itself:
//
//   const stand = await startLoaderStand({ faults: [{ kind: 'hang', percent: 50 }] });
//   try {
//     … open stand.serialPath, or connect to stand.rfc2217 …
//     assert.deepEqual(await stand.flash.read(0x1000, image.length), image);
//   } finally {
//     await stand.close();
//   }
//
// It starts powered and in the ROM's loader. On the pseudo-terminal, which has no DTR and RTS, `resetIntoLoader()` stands for the rig's lines; on
// RFC 2217 the auto-reset circuit of the development boards acts. After a reset without the strap the board prints the ROM's first
// lines and is silent.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { FaultKind } from '../../rigs/faults.js';

export interface LoaderStandOptions {
  /** `esp32` unless told. */
  chip?: string;
  /** `24:6f:28:aa:bb:cc` unless told. */
  mac?: string;
  faults?: FaultKind[];
  /** 4 MiB unless told. */
  flashSizeBytes?: number;
}

export interface LoaderStand {
  /** The pseudo-terminal. */
  serialPath: string;
  /** `127.0.0.1:port`. */
  rfc2217: string;
  flash: {
    read(offset: number, sizeBytes: number): Promise<Buffer>;
    /** Puts bytes into flash, as if they had been there before. */
    preset(offset: number, bytes: Uint8Array): Promise<void>;
  };
  resetIntoLoader(): Promise<void>;
  resetIntoApplication(): Promise<void>;
  setPowered(powered: boolean): Promise<void>;
  /** What the host did since the last call: `reset`, `hang-up`, `lines dtr=… rts=…`, and the loader's log. */
  events(): Promise<string[]>;
  close(): Promise<void>;
}

/** What the child is asked; its answer has the same id. */
export type StandCall =
  | { call: 'read'; offset: number; sizeBytes: number }
  | { call: 'preset'; offset: number; bytes: Uint8Array }
  | { call: 'reset'; mode: 'download' | 'run' }
  | { call: 'power'; powered: boolean }
  | { call: 'events' };

export async function startLoaderStand(options: LoaderStandOptions = {}): Promise<LoaderStand> {
  const program = fileURLToPath(new URL('loader-stand-child.ts', import.meta.url));
  const child = fork(program, [JSON.stringify(options)], {
    execArgv: ['--import', 'tsx'],
    serialization: 'advanced',
  });
  const call = callsOf(child);
  const [ports] = (await Promise.race([once(child, 'message'), failure(child)])) as [
    { serialPath: string; rfc2217: string },
  ];
  return {
    ...ports,
    flash: {
      read: async (offset, sizeBytes) =>
        Buffer.from((await call({ call: 'read', offset, sizeBytes })) as Uint8Array),
      preset: async (offset, bytes) => void (await call({ call: 'preset', offset, bytes })),
    },
    resetIntoLoader: async () => void (await call({ call: 'reset', mode: 'download' })),
    resetIntoApplication: async () => void (await call({ call: 'reset', mode: 'run' })),
    setPowered: async (powered) => void (await call({ call: 'power', powered })),
    events: async () => (await call({ call: 'events' })) as string[],
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      if (child.connected) child.disconnect();
      const kill = setTimeout(() => child.kill('SIGKILL'), 2000);
      await ended;
      clearTimeout(kill);
    },
  };
}

function callsOf(child: ChildProcess): (request: StandCall) => Promise<unknown> {
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  let lastId = 0;
  child.on('message', (message: { id?: number; value?: unknown }) => {
    if (message.id === undefined) return;
    waiting.get(message.id)?.resolve(message.value);
    waiting.delete(message.id);
  });
  child.on('exit', () => {
    for (const { reject } of waiting.values()) reject(new Error('the loader stand ended'));
    waiting.clear();
  });
  return (request) =>
    new Promise((resolve, reject) => {
      const id = (lastId += 1);
      waiting.set(id, { resolve, reject });
      child.send({ id, ...request }, (error) => error && reject(error));
    });
}

async function failure(child: ChildProcess): Promise<never> {
  const [code] = (await once(child, 'exit')) as [number];
  throw new Error(`the loader stand ended with ${code} before it was ready`);
}
