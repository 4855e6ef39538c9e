import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serveRpc } from '../../core/rpc.js';
import { openBackend } from '../../gpio/backend.js';
import { serveBenchLines } from './bench-lines-server.js';
import { lineContract, type LineHost } from './line-contract.js';

const output = { chip: 'bench', line: 5 };
const input = { chip: 'bench', line: 9 };

const without = {
  stuck: 'the lines of the bench always follow',
  busy: 'every process may hold a line of the bench',
  permission: 'whoever may open the socket of the bench may use its lines',
};

const bench = async (): Promise<LineHost> => {
  const server = await serveBenchLines([output, input]);
  return {
    open: () => openBackend(server.spec),
    spec: server.spec,
    noticedBy: () => 'by message',
    output,
    input,
    drive: async (level) => server.bank.output(input.chip, input.line, level),
    outputLevel: () => server.bank.read(output.chip, output.line).level,
    outputChanges: () => server.changesOf(output),
    lose: () => server.stop(),
    restore: () => server.startAgain(),
    close: () => server.close(),
  };
};

lineContract({ name: 'bench', start: bench, without });

void test('bench lines that nobody serves are lost, with the socket in the message', async () => {
  await assert.rejects(
    openBackend({ kind: 'bench', socketPath: '/nowhere/bench.sock' }),
    /^RigError: LINE_LOST: .*\/nowhere\/bench\.sock/,
  );
});

void test('an output that reads back another level than was written is reported', async () => {
  // Stands in for a bench whose line is shorted to ground; the real one has no such fault.
  const server = await serveBenchLines([output]);
  const socketPath = `${server.spec.socketPath}.shorted`;
  const shorted = await serveRpc(socketPath, (op) =>
    op === 'line.read' ? { level: 0, direction: 'out' } : null,
  );
  const backend = await openBackend({ kind: 'bench', socketPath });
  try {
    const line = await backend.openOutput(output, { initial: false });
    await assert.rejects(line.write(true), /LINE_READBACK: bench\/5 was driven to level 1 and reads back 0/);
  } finally {
    await backend.close();
    await shorted.close();
    await server.close();
  }
});
