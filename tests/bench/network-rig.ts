import { connect } from 'node:net';
import type { TestContext } from 'node:test';
import { pollUntil, withDeadline } from '../../core/deadline.js';
import { nodeProgram } from '../../firmware/demo-network.js';
import { buildRelease, type DemoReleaseOptions } from '../../firmware/demo-release.js';
import type { BenchPorts } from '../../rigs/bench.js';
import { startBoardStand, type BoardStand, type BoardStandOptions } from '../drivers/board-stand.js';

/** A networked device with power, and how to ask it. */
export interface Device {
  stand: BoardStand;
  address: NonNullable<BenchPorts['network']>;
  /** Its web server's page, when it has one. */
  info(): Promise<{ version: string; chip: string; mac: string } | undefined>;
  /** Waits until that version answers. */
  untilVersion(version: string): Promise<void>;
  /** Sends an image as a form; the text of the answer. */
  upload(image: Buffer, options?: { query?: string; field?: [string, string] }): Promise<string>;
}

export async function startDevice(t: TestContext, options: BoardStandOptions): Promise<Device> {
  const stand = await startBoardStand({ network: {}, lines: ['power'], ...options });
  t.after(() => stand.close());
  await stand.power.on();
  const address = stand.ports.network;
  if (address === undefined) throw new Error('the board has no network');
  const at = (path: string) => `http://${address.host}:${address.ports.http}${path}`;
  const info: Device['info'] = async () => {
    const response = await fetch(at('/info')).catch(() => undefined);
    return response?.ok ? ((await response.json()) as Awaited<ReturnType<Device['info']>>) : undefined;
  };
  return {
    stand,
    address,
    info,
    untilVersion: async (version) =>
      void (await pollUntil(async () => ((await info())?.version === version ? true : undefined), {
        timeoutMs: 10_000,
        intervalMs: 50,
        onTimeout: () => new Error(`version ${version} did not come up`),
      })),
    async upload(image, { query = '', field } = {}) {
      const form = new FormData();
      if (field) form.set(...field);
      form.set('firmware', new Blob([Uint8Array.from(image)]), 'app.bin');
      return (await fetch(at(`/update${query}`), { method: 'POST', body: form })).text();
    },
  };
}

/** An application of that version for an ESP chip. */
export function nodeImage(
  chip: NonNullable<DemoReleaseOptions['chip']>,
  version: string,
  appSizeBytes = 96 * 1024,
): Buffer {
  const release = buildRelease({ chip, version, program: nodeProgram(chip), appSizeBytes, seed: 5 });
  const app = release.find(({ name }) => name === 'app');
  if (app === undefined) throw new Error(`a release for ${chip} has no application`);
  return app.bytes;
}

/** Says lines to a TCP port and hears until the text comes. */
export async function converse(host: string, port: number, say: string, until: RegExp): Promise<string> {
  const socket = connect({ host, port });
  let heard = '';
  try {
    return await withDeadline(
      () =>
        new Promise<string>((resolve, reject) => {
          socket.on('error', reject);
          socket.on('data', (bytes) => {
            heard += bytes.toString();
            if (until.test(heard)) resolve(heard);
          });
          socket.write(say);
        }),
      { timeoutMs: 5000, onTimeout: () => new Error(`no ${until} in ${heard}`) },
    );
  } finally {
    socket.destroy();
  }
}
