import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HttpSwitchAddress } from '../../../gpio/output.js';

/** A relay with a web server on loopback, as a Shelly of the first generation has it. */
export interface Relay {
  address: HttpSwitchAddress;
  isOn(): boolean;
  untilOff(): Promise<void>;
  /** Method, path with query, body and authorization of each request. */
  requests: { method: string; url: string; body: string; authorization: string | undefined }[];
  /** From now on it takes requests and answers none. */
  hang(): void;
  close(): Promise<void>;
}

export interface RelayOptions {
  /** Answers instead of the relay when it returns true. */
  answer?: (request: IncomingMessage, response: ServerResponse, isOn: boolean) => boolean;
  timeoutMs?: number;
}

export async function serveRelay({ answer, timeoutMs = 2000 }: RelayOptions = {}): Promise<Relay> {
  let isOn = false;
  let hangs = false;
  const offs: (() => void)[] = [];
  const requests: Relay['requests'] = [];
  const server = createServer((request, response) => {
    const { method = '', url = '', headers } = request;
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      requests.push({
        method,
        url,
        body: Buffer.concat(chunks).toString(),
        authorization: headers.authorization,
      });
      if (hangs || answer?.(request, response, isOn)) return;
      const turn = new URL(url, 'http://relay').searchParams.get('turn');
      if (turn) isOn = turn === 'on';
      if (!isOn) for (const off of offs.splice(0)) off();
      response.end(JSON.stringify({ ison: isOn }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/relay/0`;
  const call = { method: 'GET', contentType: 'application/json' } as const;
  return {
    address: {
      http: {
        on: { ...call, url: `${url}?turn=on` },
        off: { ...call, url: `${url}?turn=off` },
        read: { ...call, url, active: '"ison":true' },
        timeoutMs,
      },
    },
    requests,
    isOn: () => isOn,
    untilOff: () => (isOn ? new Promise((resolve) => offs.push(resolve)) : Promise.resolve()),
    hang: () => void (hangs = true),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
