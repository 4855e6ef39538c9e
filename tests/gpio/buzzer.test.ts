import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { openBackend } from '../../gpio/backend.js';
import { soundBuzzer } from '../../gpio/buzzer.js';
import type { LineBackend } from '../../gpio/line.js';
import { serveBenchLines, type BenchLinesServer } from './bench-lines-server.js';

const buzzer = { chip: 'panel', line: 3 };
let server: BenchLinesServer;
let backend: LineBackend;

beforeEach(async () => {
  server = await serveBenchLines([buzzer]);
  backend = await openBackend(server.spec);
});
afterEach(async () => {
  await backend.close();
  await server.close();
});

const outputs = () => ({
  openOutput: (_address: unknown, options: Parameters<LineBackend['openOutput']>[1]) =>
    backend.openOutput(buzzer, options),
});

for (const [signal, tones] of [
  ['good', 1],
  ['bad', 3],
] as const) {
  test(`the signal ${signal} has ${tones} tones and ends silent`, async () => {
    const changes = server.changesOf(buzzer);
    await soundBuzzer(outputs(), buzzer, signal);
    assert.deepEqual(changes, Array.from({ length: tones }, () => [1, 0]).flat());
  });
}

test('a buzzer that sounded before is silent from the beginning', async () => {
  const line = await backend.openOutput(buzzer, { initial: true });
  await line.close();
  const changes = server.changesOf(buzzer);
  await soundBuzzer(outputs(), buzzer, 'good');
  assert.deepEqual(changes, [0, 1, 0]);
});

test('a buzzer is switched off although something failed while it sounded', async () => {
  const failing = {
    async openOutput(_address: unknown, options: Parameters<LineBackend['openOutput']>[1]) {
      const line = await backend.openOutput(buzzer, options);
      let writes = 0;
      const write = async (active: boolean) => {
        writes += 1;
        if (writes === 2) throw new Error('the bus is stuck');
        await line.write(active);
      };
      return { ...line, write };
    },
  };
  await assert.rejects(soundBuzzer(failing, buzzer, 'bad'), /the bus is stuck/);
  assert.equal(server.bank.read(buzzer.chip, buzzer.line).level, 0);
});
