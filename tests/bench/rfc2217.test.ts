import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test, type TestContext } from 'node:test';
import { usePort } from './port-user.js';
import { noise, startWire } from './wire-rig.js';

const options = { timeout: 10_000 };
const setBaudRate = (baudRate: number) => {
  const bytes = Buffer.from('fffa2c0100000000fff0', 'hex');
  bytes.writeUInt32BE(baudRate, 4);
  return bytes;
};
const setControl = (value: number) => Buffer.from([0xff, 0xfa, 0x2c, 5, value, 0xff, 0xf0]);

/** A client that shows all that the server says, telnet included. */
async function openClient(t: TestContext, address: string) {
  const socket = connect(Number(address.split(':')[1]), '127.0.0.1');
  t.after(() => socket.destroy());
  socket.on('error', () => {});
  let received = Buffer.alloc(0);
  let changed = () => {};
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    changed();
  });
  const ended = new Promise<void>((resolve) => socket.on('close', () => resolve()));
  return {
    socket,
    ended,
    write: (bytes: Uint8Array) => void socket.write(bytes),
    /** Waits for the bytes, forgetting what came before them and them. */
    async until(hexOrText: string | Buffer): Promise<void> {
      const wanted = typeof hexOrText === 'string' ? Buffer.from(hexOrText, 'hex') : hexOrText;
      while (received.indexOf(wanted) === -1) await new Promise<void>((resolve) => (changed = resolve));
      received = received.subarray(received.indexOf(wanted) + wanted.length);
    },
  };
}

test('the port option is agreed on once and others are refused', options, async (t) => {
  const { wire } = await startWire(t);
  const client = await openClient(t, wire.rfc2217);
  client.write(Buffer.from('fffb2c', 'hex'));
  await client.until('fffd2c');
  client.write(Buffer.from('fffd2c', 'hex'));
  await client.until('fffb2c');
  client.write(Buffer.from('fffd01', 'hex'));
  await client.until('fffc01');
  client.write(Buffer.from('fffb2cfffd18', 'hex'));
  await client.until('fffc18');
});

test('settings and purge are acknowledged with what was set', options, async (t) => {
  const { wire } = await startWire(t);
  const client = await openClient(t, wire.rfc2217);
  client.write(setBaudRate(921_600));
  await client.until('fffa2c65000e1000fff0');
  client.write(setBaudRate(0));
  await client.until('fffa2c65000e1000fff0');
  for (const [set, answer] of [
    ['0208', '6608'],
    ['0301', '6701'],
    ['0401', '6801'],
    ['0c03', '7003'],
    ['0501', '6901'],
  ]) {
    client.write(Buffer.from(`fffa2c${set}fff0`, 'hex'));
    await client.until(`fffa2c${answer}fff0`);
  }
});

test('every byte passes unchanged, 255 as well, at the rate that the client set', options, async (t) => {
  const { wire, receive } = await startWire(t, { baudRate: 921_600 });
  const client = await openClient(t, wire.rfc2217);
  client.write(setBaudRate(921_600));
  await client.until('fffa2c65000e1000fff0');
  const all = Buffer.from(Array.from({ length: 256 }, (_, value) => value));
  client.write(Buffer.concat([all, Buffer.of(255)]));
  assert.deepEqual(await receive(256), all);
  wire.send(all);
  await client.until(Buffer.concat([all, Buffer.of(255)]));
});

test(
  'DTR and RTS reach the board, can be asked for, and fall when the connection ends',
  options,
  async (t) => {
    const { wire, hangUp } = await startWire(t);
    const seen: string[] = [];
    wire.onLines(({ dtr, rts }) => seen.push(`${Number(dtr)}${Number(rts)}`));
    const client = await openClient(t, wire.rfc2217);
    const gone = hangUp();
    for (const value of [8, 11, 9, 9, 8]) client.write(setControl(value));
    client.write(setControl(7));
    await client.until('fffa2c6908fff0fffa2c6908fff0');
    client.write(setControl(10));
    await client.until('fffa2c690bfff0');
    client.socket.end();
    await gone;
    assert.deepEqual(seen, ['10', '11', '01', '11', '00']);
  },
);

test(
  'one client at a time: a second one is turned away, the next one after him is served',
  options,
  async (t) => {
    const { wire, hangUp } = await startWire(t);
    const first = await openClient(t, wire.rfc2217);
    await first.until('fffb00');
    const second = await openClient(t, wire.rfc2217);
    await second.until(Buffer.from('in use'));
    await second.ended;
    const gone = hangUp();
    first.socket.destroy();
    await gone;
    const third = await openClient(t, wire.rfc2217);
    await third.until('fffb00');
  },
);

test('the wire closes at once, also while clients that were turned away still send', options, async (t) => {
  const { wire } = await startWire(t);
  const first = await openClient(t, wire.rfc2217);
  await first.until('fffb00');
  const port = Number(wire.rfc2217.split(':')[1]);
  const lingering = Array.from({ length: 3 }, () =>
    connect({ port, host: '127.0.0.1', allowHalfOpen: true }),
  );
  for (const socket of lingering) {
    t.after(() => socket.destroy());
    socket.on('error', () => undefined);
    socket.write(noise(4000));
    await new Promise<void>((resolve) => socket.once('data', () => resolve()));
  }
  await wire.close();
});

test('the port that spoke last is the host: its rate counts and it gets the answers', options, async (t) => {
  const { wire, receive, hangUp } = await startWire(t);
  const terminal = usePort(wire.serialPath, 115_200);
  t.after(() => terminal.close());
  const client = await openClient(t, wire.rfc2217);
  await client.until('fffb00');
  wire.send(Buffer.from('to the client'));
  await client.until(Buffer.from('to the client'));
  await terminal.write(Buffer.from('me'));
  await receive(2);
  wire.send(Buffer.from('to the terminal'));
  assert.equal(String(await terminal.read(15)), 'to the terminal');
  client.write(Buffer.from('me again'));
  await receive(10);
  wire.send(Buffer.from('to the client'));
  await client.until(Buffer.from('to the client'));
  const gone = hangUp();
  client.socket.destroy();
  await gone;
  wire.send(Buffer.from('left alone'));
  assert.equal(String(await terminal.read(10)), 'left alone');
});

test('a client that floods the port is made to wait and loses nothing', options, async (t) => {
  const { wire, receive } = await startWire(t, { baudRate: 4_000_000 });
  const client = await openClient(t, wire.rfc2217);
  client.write(setBaudRate(4_000_000));
  const bytes = noise(300_000);
  const escaped = Buffer.from(
    bytes.toString('hex').replaceAll(/../g, (byte) => (byte === 'ff' ? 'ffff' : byte)),
    'hex',
  );
  client.write(escaped);
  assert.ok((await receive(bytes.length)).equals(bytes));
});
