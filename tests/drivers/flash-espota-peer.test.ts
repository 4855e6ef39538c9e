import assert from 'node:assert/strict';
import { createSocket, type RemoteInfo, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { after, describe, test, type TestContext } from 'node:test';
import { answerTo, pbkdf2Response } from '../../drivers/flash/espota/auth.js';
import { sendByInvitation } from '../../drivers/flash/espota/send-by-invitation.js';
import { failureOf, imageFolder, noise } from './flash-rig.js';

/** A device of the test's own, for what the virtual ones do not do. */
interface Peer {
  port: number;
  /** How many datagrams it got. */
  heard: string[];
  answer(text: string): void;
}

const host = '127.0.0.1';

async function startPeer(t: TestContext, onDatagram: (text: string, peer: Peer) => void): Promise<Peer> {
  const udp: UdpSocket = createSocket('udp4');
  let from: RemoteInfo | undefined;
  udp.bind({ address: host, port: 0 });
  await once(udp, 'listening');
  t.after(() => udp.close());
  const peer: Peer = {
    port: udp.address().port,
    heard: [],
    answer: (text) => from && udp.send(text, from.port, from.address),
  };
  udp.on('message', (bytes, sender) => {
    from = sender;
    peer.heard.push(bytes.toString());
    onDatagram(bytes.toString(), peer);
  });
  return peer;
}

/** The device's connection to whoever invited it. */
function callBack(invitation: string, localAddress = host): Socket {
  const port = Number(invitation.split(' ')[1]);
  const socket = connect({ host, port, localAddress });
  socket.on('error', () => undefined);
  return socket;
}

describe('the host’s side of espota', { concurrency: 4 }, () => {
  const folder = imageFolder();
  const app = folder.add('app', 0x10000, noise(5000));
  after(() => folder.remove());

  const send = (port: number, more: { signal?: AbortSignal; password?: string } = {}) => {
    const said: string[] = [];
    const done: number[] = [];
    const { signal = new AbortController().signal, password } = more;
    const work = sendByInvitation({
      network: {
        host,
        ports: { http: 1, ota: port, ssh: 1, console: 1 },
        ...(password !== undefined && { password }),
      },
      image: app,
      signal,
      onDone: (bytes) => done.push(bytes),
      log: (line) => said.push(line),
    });
    return { work, said, done };
  };
  /** Takes everything; `say` decides what it says after each piece. */
  const taking = (say: (taken: number, socket: Socket) => void) => (invitation: string, peer: Peer) => {
    peer.answer('OK');
    const socket = callBack(invitation);
    let taken = 0;
    socket.on('data', (bytes) => {
      taken += bytes.length;
      say(taken, socket);
    });
  };

  test('takes numbers that come in parts and twice, and a last word right behind them', async (t) => {
    const peer = await startPeer(
      t,
      taking((taken, socket) => {
        if (taken < app.sizeBytes) socket.write('512512');
        else socket.write('904904OK');
      }),
    );
    const { work, done } = send(peer.port);
    await work;
    assert.equal(peer.heard[0], `0 ${peer.heard[0]?.split(' ')[1]} 5000 ${app.md5}\n`);
    assert.equal(done.at(-1), 5000);
    assert.ok(done.every((bytes, index) => index === 0 || bytes > (done[index - 1] ?? 0)));
  });

  test('needs the last word: numbers alone are no success', async (t) => {
    const peer = await startPeer(
      t,
      taking((taken, socket) => {
        socket.write('1024');
        if (taken >= app.sizeBytes) socket.end();
      }),
    );
    assert.match((await failureOf(send(peer.port).work)).error.message, /^CONNECTION_LOST: .*writing app at/);
  });

  test('takes an OK before the end for none, and an error text for what it says', async (t) => {
    const early = await startPeer(
      t,
      taking((_, socket) => socket.write('1024OK')),
    );
    assert.match((await failureOf(send(early.port).work)).error.message, /^FLASH_WRITE_FAILED: .*"OK"/);
    const failing = await startPeer(
      t,
      taking((taken, socket) => {
        if (taken < app.sizeBytes) return socket.write('1024');
        socket.write('904ERROR[7]: MD5 verif');
        return setTimeout(() => socket.end('ication failed: expected: 1, calculated: 2\r\n'), 20);
      }),
    );
    const { error } = await failureOf(send(failing.port).work);
    assert.match(error.message, /^FLASH_VERIFY_MISMATCH: .*app at 0x10000.*calculated: 2"$/);
  });

  test('repeats an invitation that got lost, and turns away who was not invited', async (t) => {
    const peer = await startPeer(t, (text, { heard, answer }) => {
      if (heard.length < 2) return;
      answer('OK');
      const stranger = callBack(text, '127.0.0.9');
      stranger.on('close', () => {
        const socket = callBack(text);
        let taken = 0;
        socket.on('data', (bytes) => {
          taken += bytes.length;
          socket.write(taken < app.sizeBytes ? '1024' : '904OK');
        });
      });
    });
    const { work, said } = send(peer.port);
    await work;
    assert.ok(
      said.some((line) => /127\.0\.0\.9 turned away/.test(line)),
      said.join('\n'),
    );
  });

  test('a device that is connected needs no OK of its own', async (t) => {
    const peer = await startPeer(t, (text) => {
      const socket = callBack(text);
      let taken = 0;
      socket.on('data', (bytes) => {
        taken += bytes.length;
        socket.write(taken < app.sizeBytes ? '1024' : '904OK');
      });
    });
    await send(peer.port).work;
  });

  test('says what a device answers that is no answer, and stops at once on request', async (t) => {
    const odd = await startPeer(t, (_, { answer }) => answer('HELLO'));
    assert.match((await failureOf(send(odd.port).work)).error.message, /^FLASH_PROTOCOL: .*"HELLO"/);
    const full = await startPeer(t, (_, { answer }) => answer('ERR: ERROR[4]: Not Enough Space'));
    assert.match((await failureOf(send(full.port).work)).error.message, /^FLASH_TOO_SMALL/);
    const nonce = await startPeer(t, (_, { answer }) => answer('AUTH 1234'));
    const asked = await failureOf(send(nonce.port, { password: 'x' }).work);
    assert.match(asked.error.message, /^FLASH_PROTOCOL: .*4 digits/);
    const mute = await startPeer(t, (_, { answer }) => answer('OK'));
    const stop = new AbortController();
    const { work } = send(mute.port, { signal: stop.signal });
    const startedAt = performance.now();
    setTimeout(() => stop.abort(), 300);
    const { error, at } = await failureOf(work);
    assert.match(error.message, /^ABORTED/);
    assert.ok(at - startedAt < 1300);
  });

  test('a device that does not connect back is known in 5 s, with a hint', async (t) => {
    const peer = await startPeer(t, (_, { answer }) => answer('OK'));
    const startedAt = performance.now();
    const { error, at } = await failureOf(send(peer.port).work);
    assert.match(error.message, /^FLASH_STALLED: .*did not connect back to 127\.0\.0\.1 port \d+.*firewall/);
    assert.ok(at - startedAt < 5000, `${at - startedAt} ms`);
  });

  test('nobody at the port is a silent device', async () => {
    const startedAt = performance.now();
    const { error, at } = await failureOf(send(9).work);
    assert.match(error.message, /^DUT_SILENT: .*port 9 \(UDP\) within 1\.5 s: it refuses the connection/);
    assert.ok(at - startedAt < 2000, `${at - startedAt} ms`);
  });

  // Expected values: python3's hashlib, with which espota.py computes them.
  test('answers both ways of asking for the password as espota.py does', async () => {
    assert.equal(
      await pbkdf2Response('a-real-password', 'ab'.repeat(32), 'cd'.repeat(32)),
      '4d63ba8b1efa8949a0c5caefe7e8bc77db582e5531bdf2667c663394b4551b93',
    );
    assert.equal(
      await answerTo('12'.repeat(16), 'pässwörd', 'seed'),
      '200 fe4c0f30aa359c41d9f9a5f69c8c4192 116abd9e409d4d9ebdc74b5ffd054177\n',
    );
  });
});
