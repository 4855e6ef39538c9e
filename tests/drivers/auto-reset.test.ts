import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAutoReset } from '../../bench/auto-reset.js';
import { openSerialConsole } from '../../drivers/console/serial-console.js';
import { enterLoaderBy } from '../../drivers/flash/enter-loader.js';
import type { SerialDriverOptions } from '../../drivers/flash/flash-driver.js';
import { resetIntoFirmware, resetIntoLoader } from '../../drivers/link/auto-reset.js';
import { memoryLink, temporaryFolder } from './console-rig.js';
import { join } from 'node:path';

const never = new AbortController().signal;

/** Shows what a link does with its lines, and what the circuit of the development boards makes of it. */
function boardOnLines() {
  const states: string[] = [];
  const started: string[] = [];
  const circuit = createAutoReset({
    onHold: () => started.push('held'),
    onRelease: (mode) => started.push(mode),
  });
  const link = {
    ...memoryLink(),
    async setLines(lines: { dtr: boolean; rts: boolean }) {
      states.push(`DTR ${Number(lines.dtr)} RTS ${Number(lines.rts)}`);
      circuit.set(lines);
    },
  };
  return { link, states, started, circuit };
}

const released = 'DTR 0 RTS 0';

test('the lines take a board into its loader, never through a state that pulls the wrong pin', async () => {
  const { link, states, started } = boardOnLines();
  await resetIntoLoader(link, never);
  assert.deepEqual(states, ['DTR 0 RTS 1', 'DTR 1 RTS 0', released]);
  assert.deepEqual(started, ['held', 'download']);
});

test('the lines take a board into its firmware', async () => {
  const { link, states, started, circuit } = boardOnLines();
  await resetIntoFirmware(link);
  assert.deepEqual(states, ['DTR 0 RTS 1', released]);
  await until(() => started.length === 2);
  assert.deepEqual(started, ['held', 'run']);
  circuit.close();
});

test('an abort lets go of both lines', async () => {
  const { link, states, circuit } = boardOnLines();
  const stop = new AbortController();
  const entering = assert.rejects(resetIntoLoader(link, stop.signal), /ABORTED/);
  stop.abort();
  await entering;
  assert.equal(states.at(-1), released);
  circuit.close();
});

test('a flash driver sees to the power first and then to the lines, and to the lines only where they are said to be', async () => {
  for (const autoReset of [true, false]) {
    const { link, states } = boardOnLines();
    const order: string[] = [];
    const options: SerialDriverOptions = {
      link: { path: 'memory', baudRate: 115_200, autoReset },
      chip: 'esp32',
      baudRate: 115_200,
      enterLoader: async () => void order.push(`powered before ${states.length} changes`),
    };
    await enterLoaderBy(link, options, never);
    assert.deepEqual(order, ['powered before 0 changes']);
    assert.equal(states.length, autoReset ? 3 : 0);
  }
});

test('a console can start the board anew', async (t) => {
  const { link, states, circuit } = boardOnLines();
  const console = await openSerialConsole({ link, logFile: join(temporaryFolder(t), 'a.log') });
  await console.resetBoard();
  await console.close();
  assert.deepEqual(states, ['DTR 0 RTS 1', released]);
  circuit.close();
});

async function until(look: () => boolean): Promise<void> {
  while (!look()) await new Promise((resolve) => setTimeout(resolve, 5));
}
