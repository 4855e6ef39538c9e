import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openSerialLink } from '../../../drivers/link/serial-link.js';
import { probePort } from '../../../drivers/discover/probe-port.js';
import { startBenchProcess } from '../../bench/bench-process.js';
import { slotWith } from '../../bench/board-rig.js';
import { openPty, type Pty } from '../link-pty.js';

/** A pseudo-terminal without a terminal's habit to echo. */
async function openRawPty(): Promise<Pty> {
  const pty = openPty();
  await (await openSerialLink({ path: pty.path, baudRate: 115_200 })).close();
  return pty;
}

const chips = ['esp32', 'esp32c3', 'esp8266', 'atmega328p', 'stm32f103', 'stm32f411'] as const;

test('loaders of virtual boards say who they are, when theirs is the first question', async (t) => {
  const slots = chips.map((chip, index) => {
    const lines = {
      power: { chip: 'p', line: index },
      boot: { chip: 'b', line: index },
      reset: { chip: 'r', line: index },
    };
    return { ...slotWith([], `24:6f:28:11:00:0${index + 1}`), ...lines, slot: chip, chip };
  });
  const { state } = await startBenchProcess(t, { slots, byHand: true });
  const expected = {
    esp32: 'esp',
    esp32c3: 'esp',
    esp8266: 'esp',
    atmega328p: 'avr',
    stm32f103: 'stm32',
    stm32f411: 'stm32',
  } as const;
  const answers = await Promise.all(
    chips.map((chip) =>
      probePort(state.slots[chip]?.serialPath ?? '', { expected: expected[chip], benchPid: state.pid }),
    ),
  );
  for (const [index, answer] of answers.entries()) {
    const chip = chips[index] ?? 'esp32';
    assert.equal(answer.answers, 'loader', `${chip}: ${JSON.stringify(answer)}`);
    assert.deepEqual(
      [answer.found.chip, answer.found.loader, answer.found.mac, answer.baudRate],
      [chip, expected[chip], expected[chip] === 'esp' ? `24:6f:28:11:00:0${index + 1}` : undefined, 115_200],
    );
  }
});

test('text is quoted, and nothing is sent to a board that speaks', async (t) => {
  const pty = await openRawPty();
  t.after(() => pty.close());
  const speaking = setInterval(() => void pty.write(Buffer.from('temperature 21.5\r\n')), 40);
  t.after(() => clearInterval(speaking));
  const answer = await probePort(pty.path, { benchPid: process.pid });
  assert.deepEqual(answer, { answers: 'console', baudRate: 115_200, says: 'temperature 21.5' });
  assert.equal(pty.received().length, 0);
});

test('bytes that are text at no rate are told apart from a console', async (t) => {
  const pty = await openRawPty();
  t.after(() => pty.close());
  const speaking = setInterval(() => void pty.write(Buffer.from('8092ff00a5c3e180fe9d', 'hex')), 20);
  t.after(() => clearInterval(speaking));
  const answer = await probePort(pty.path, { benchPid: process.pid });
  assert.equal(answer.answers, 'bytes');
});

test('a shell that only answers is found by an empty line, after the loaders were asked', async (t) => {
  const pty = await openRawPty();
  t.after(() => pty.close());
  let seen = 0;
  const watching = setInterval(() => {
    const heard = pty.received();
    if (heard.subarray(seen).includes('\r\n')) void pty.write(Buffer.from('gateway login: '));
    seen = heard.length;
  }, 10);
  t.after(() => clearInterval(watching));
  const answer = await probePort(pty.path, { benchPid: process.pid });
  assert.deepEqual(answer, { answers: 'console', baudRate: 115_200, says: 'gateway login:' });
  // The first byte of all is the one by which an STM32 measures the rate.
  assert.equal(pty.received()[0], 0x7f);
});

test('a port on which nothing answers is said so within seconds', async (t) => {
  const pty = await openRawPty();
  t.after(() => pty.close());
  assert.deepEqual(await probePort(pty.path, { benchPid: process.pid }), { answers: 'nothing' });
});

test('a port that somebody holds is not opened', async (t) => {
  const pty = await openRawPty();
  t.after(() => pty.close());
  const link = await openSerialLink({ path: pty.path, baudRate: 115_200 });
  t.after(() => link.close());
  await assert.rejects(probePort(pty.path), /PORT_BUSY: .* is held by this process itself/);
  assert.equal(pty.received().length, 0);
});

test('a probe ends when it is told to', async (t) => {
  const pty = await openRawPty();
  t.after(() => pty.close());
  const stop = new AbortController();
  setTimeout(() => stop.abort(new Error('enough')), 50);
  await assert.rejects(probePort(pty.path, { benchPid: process.pid, signal: stop.signal }), /enough/);
});
