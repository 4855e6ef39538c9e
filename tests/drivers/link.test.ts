import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';
import { openError } from '../../drivers/link/port-errors.js';
import { openSerialLink } from '../../drivers/link/serial-link.js';
import { setPortLines, type SerialPort } from '../../drivers/link/serial-port.js';
import { openPty, type Pty } from './link-pty.js';

const ptys: Pty[] = [];
const pty = () => {
  const opened = openPty();
  ptys.push(opened);
  return opened;
};
afterEach(() => ptys.splice(0).forEach((each) => each.close()));

/** Lets other work go on for so many turns of the event loop. */
const nextTurns = async (count: number) => {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
};

const next = (link: { onData(listener: (chunk: Buffer) => void): () => void }) =>
  new Promise<Buffer>((resolve) => {
    const stop = link.onData((chunk) => {
      stop();
      resolve(chunk);
    });
  });

test('bytes pass unchanged in both directions, all 256 of them', async () => {
  const board = pty();
  const link = await openSerialLink({ path: board.path, baudRate: 115_200 });
  const every = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
  try {
    const heard = next(link);
    await board.write(every);
    assert.deepEqual(await heard, every);
    await link.write(every);
    assert.deepEqual(await board.receive(256), every);
  } finally {
    await link.close();
  }
});

test('every listener sees every byte, and none after it was removed', async () => {
  const board = pty();
  const link = await openSerialLink({ path: board.path, baudRate: 115_200 });
  const texts = ['', ''];
  const stop = link.onData((chunk) => (texts[0] += chunk.toString()));
  link.onData((chunk) => (texts[1] += chunk.toString()));
  try {
    let heard = next(link);
    await board.write(Buffer.from('one'));
    await heard;
    stop();
    heard = next(link);
    await board.write(Buffer.from('two'));
    await heard;
    assert.deepEqual(texts, ['one', 'onetwo']);
  } finally {
    await link.close();
  }
});

test('two writes at once arrive one after the other', async () => {
  const board = pty();
  const link = await openSerialLink({ path: board.path, baudRate: 4_000_000 });
  const first = Buffer.alloc(20_000, 1);
  const second = Buffer.alloc(20_000, 2);
  try {
    await Promise.all([link.write(first), link.write(second)]);
    assert.deepEqual(await board.receive(40_000), Buffer.concat([first, second]));
  } finally {
    await link.close();
  }
});

test('discarded input never reaches a listener', async () => {
  const board = pty();
  const link = await openSerialLink({ path: board.path, baudRate: 115_200 });
  try {
    let text = '';
    link.onData((chunk) => (text += chunk.toString()));
    const written = board.write(Buffer.from('stale'));
    await link.discardInput();
    await written;
    await link.discardInput();
    const heard = next(link);
    await board.write(Buffer.from('fresh'));
    await heard;
    assert.equal(text, 'fresh');
  } finally {
    await link.close();
  }
});

test('the rate is changed on the port itself, and bytes still pass', async () => {
  const board = pty();
  const link = await openSerialLink({ path: board.path, baudRate: 115_200 });
  const speed = () => execFileSync('stty', ['-F', board.path, 'speed'], { encoding: 'utf8' }).trim();
  try {
    assert.equal(speed(), '115200');
    await link.setBaudRate(921_600);
    assert.deepEqual([link.baudRate, speed()], [921_600, '921600']);
    await link.write(Buffer.from('after'));
    assert.equal((await board.receive(5)).toString(), 'after');
  } finally {
    await link.close();
  }
});

test('a missing port is named together with the ports there are', async () => {
  await assert.rejects(
    openSerialLink({ path: '/dev/serial/by-path/no-such-port', baudRate: 115_200 }),
    /^RigError: PORT_NOT_FOUND: \/dev\/serial\/by-path\/no-such-port does not exist; (there are: |this host has no )/,
  );
});

test('a file that is no port is said to be none', async () => {
  await assert.rejects(
    openSerialLink({ path: '/dev/null', baudRate: 115_200 }),
    /PORT_NOT_FOUND: .*no serial port/,
  );
});

test('a port that is open already is busy, and its holder is named', async () => {
  const board = pty();
  const link = await openSerialLink({ path: board.path, baudRate: 115_200 });
  try {
    await assert.rejects(
      openSerialLink({ path: board.path, baudRate: 115_200 }),
      /PORT_BUSY: .*held by this process itself/,
    );
  } finally {
    await link.close();
  }
  await (await openSerialLink({ path: board.path, baudRate: 115_200 })).close();
});

test('a port whose last user lets go of it in time is not busy', async () => {
  const board = pty();
  const first = await openSerialLink({ path: board.path, baudRate: 115_200 });
  const second = openSerialLink({ path: board.path, baudRate: 115_200 });
  await Promise.race([second.catch(() => undefined), nextTurns(20)]);
  await first.close();
  await (await second).close();
});

test('of all who have the port open, the one who has locked it is the holder', async () => {
  const board = pty();
  const module = new URL('../../drivers/link/serial-link.ts', import.meta.url).href;
  const script = `
    const { openSerialLink } = await import(${JSON.stringify(module)});
    await openSerialLink({ path: ${JSON.stringify(board.path)}, baudRate: 115200 });
    console.log('open');
    setInterval(() => undefined, 1000);`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    cwd: new URL('../..', import.meta.url),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await once(child.stdout, 'data');
    await assert.rejects(
      openSerialLink({ path: board.path, baudRate: 115_200 }),
      new RegExp(`PORT_BUSY: .*held by process ${child.pid} \\(\\S+\\)$`),
    );
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
});

test('a port that this user may not open is a permission error', async () => {
  const board = pty();
  chmodSync(board.path, 0o000);
  const module = new URL('../../drivers/link/serial-link.ts', import.meta.url).href;
  const script = `
    const { openSerialLink } = await import(${JSON.stringify(module)});
    // All that is loaded lazily, too, while this user may still read it.
    await import('@serialport/bindings-cpp');
    if (process.getuid() === 0) process.setuid(65534);
    await openSerialLink({ path: ${JSON.stringify(board.path)}, baudRate: 115200 }).catch((e) => console.log(e.message));`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    cwd: new URL('../..', import.meta.url),
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await once(child, 'close');
  assert.match(text, /^PORT_PERMISSION: \/dev\/\S+ may not be opened by the user with id \d+/);
});

test('an unplugged port aborts `lost` and rejects what is written afterwards', async () => {
  const board = pty();
  const link = await openSerialLink({ path: board.path, baudRate: 115_200 });
  const lost = once(link.lost, 'abort');
  board.close();
  await lost;
  assert.match(String(link.lost.reason), /^RigError: PORT_LOST: \/dev\//);
  await assert.rejects(link.write(Buffer.from('x')), /PORT_LOST/);
  await assert.rejects(link.setBaudRate(9600), /PORT_LOST/);
  await link.close();
});

test('an unplugged port ends a write that waits', async () => {
  const board = pty();
  board.setReading(false);
  const link = await openSerialLink({ path: board.path, baudRate: 921_600 });
  const rejected = assert.rejects(link.write(Buffer.alloc(64 * 1024), { timeoutMs: 60_000 }), /PORT_LOST/);
  board.close();
  await rejected;
  await link.close();
});

test('a port that takes nothing more is lost after the time that the caller allows', async () => {
  const board = pty();
  board.setReading(false);
  const link = await openSerialLink({ path: board.path, baudRate: 921_600 });
  try {
    await assert.rejects(
      link.write(Buffer.alloc(64 * 1024), { timeoutMs: 100 }),
      /PORT_LOST: .* took none of \d+ bytes in 100 ms/,
    );
  } finally {
    await link.close();
  }
});

test('a signal ends a write that waits', async () => {
  const board = pty();
  board.setReading(false);
  const link = await openSerialLink({ path: board.path, baudRate: 921_600 });
  try {
    const stop = new AbortController();
    const rejected = assert.rejects(link.write(Buffer.alloc(64 * 1024), { signal: stop.signal }), /ABORTED/);
    stop.abort();
    await rejected;
  } finally {
    await link.close();
  }
});

test('a closed link may be closed again, and refuses to write', async () => {
  const board = pty();
  const link = await openSerialLink({ path: board.path, baudRate: 115_200 });
  await Promise.all([link.close(), link.close()]);
  await link.close();
  await assert.rejects(link.write(Buffer.from('x')), /PORT_LOST: .* was closed/);
  await assert.rejects(link.drain(), /PORT_LOST/);
});

test('a pseudo-terminal has no lines to set, also when it is reached through a link in the file system', async () => {
  const board = pty();
  const folder = mkdtempSync(join(tmpdir(), 'link-'));
  const path = join(folder, 'slot1');
  symlinkSync(board.path, path);
  try {
    assert.ok(existsSync(path));
    const link = await openSerialLink({ path, baudRate: 115_200 });
    await link.setLines({ dtr: true, rts: false });
    await link.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

// No adapter is at hand here: the binding's calls are recorded instead.
test('both lines are always given, and a real port that refuses them is an error', async () => {
  const calls: object[] = [];
  const port = (path: string) =>
    ({
      openOptions: { path },
      set: async (options: object) => {
        calls.push(options);
        throw new Error('Error: Inappropriate ioctl for device, cannot set');
      },
    }) as unknown as SerialPort;
  await setPortLines(port('/dev/pts/0'), { dtr: false, rts: true });
  assert.deepEqual(calls, [{ dtr: false, rts: true, brk: false, cts: false, dsr: false, lowLatency: true }]);
  await assert.rejects(setPortLines(port('/dev/ttyUSB0'), { dtr: false, rts: true }), /Inappropriate/);
});

test('a lock that another program holds reads as busy, whatever words the system has for it', async () => {
  const locked = await openError(
    '/dev/ttyUSB0',
    new Error('Error Resource temporarily unavailable Cannot lock port'),
  );
  const exclusive = await openError(
    '/dev/ttyUSB0',
    new Error('Error: Device or resource busy, cannot open /dev/ttyUSB0'),
  );
  assert.deepEqual([locked.code, exclusive.code], ['PORT_BUSY', 'PORT_BUSY']);
});
