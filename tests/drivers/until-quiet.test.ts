import assert from 'node:assert/strict';
import { test } from 'node:test';
import { untilQuiet } from '../../drivers/console/until-quiet.js';

test('a board is quiet when nothing has come for a while', async () => {
  let said = 0;
  const talk = setInterval(() => (said += said < 5 ? 1 : 0), 10);
  await untilQuiet({ cursor: () => said }, { quietMs: 60, timeoutMs: 5000 });
  clearInterval(talk);
  assert.equal(said, 5);
});

test('a board that never stops is not waited for, and a signal ends the wait', async () => {
  let said = 0;
  const console = { cursor: () => said++ };
  await untilQuiet(console, { quietMs: 5, timeoutMs: 30 });
  const stop = AbortSignal.abort(new Error('stopped'));
  await assert.rejects(untilQuiet(console, { quietMs: 5, timeoutMs: 5000, signal: stop }), /stopped/);
});
