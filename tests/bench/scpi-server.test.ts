import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { describe, it, type TestContext } from 'node:test';
import { takeNetworkPlace } from '../../bench/network-place.js';
import { formatNumber, startScpiServer } from '../../bench/scpi-server.js';

const values = new Map([
  ['MEAS:VOLT? (@1)', 4.98712],
  ['INST:NSEL 2;:MEAS:VOLT?', 3.3],
]);

/** A connection to an instrument; `say` resolves with its next line. */
async function open(test: TestContext): Promise<{ say: (text: string) => Promise<string> }> {
  const place = await takeNetworkPlace();
  const { host } = place.address;
  const server = await startScpiServer({
    host,
    port: 5025,
    identity: 'A,B,C,D',
    measure: (query) => values.get(query),
  });
  const socket = connect(5025, host);
  test.after(async () => {
    socket.destroy();
    await server.close();
    await server.close();
    await place.release();
  });
  const lines = createInterface(socket);
  return {
    async say(text) {
      const line = once(lines, 'line', { signal: AbortSignal.timeout(5000) });
      socket.write(text);
      const [answer] = (await line) as [string];
      return answer;
    },
  };
}

describe('an instrument of the bench', () => {
  it('says who it is and what it measures, also over several messages and in pieces', async (test) => {
    const { say } = await open(test);
    assert.equal(await say('*IDN?\n'), 'A,B,C,D');
    assert.equal(await say('MEAS:VOLT? (@1)\r\n'), '+4.98712E+00');
    assert.equal(await say('*RST\n*CLS\nINST:NSEL 2;:MEAS:VOLT?\n'), '+3.30000E+00');
    assert.equal(await say('*CLS;*IDN?;MEAS:VOLT? (@1)\n'), 'A,B,C,D;+4.98712E+00');
  });

  it('keeps what it did not understand until it is asked', async (test) => {
    const { say } = await open(test);
    assert.equal(await say('MEAS:VOLT? (@9)\nFOO\nSYST:ERR?\n'), '-113,"Undefined header"');
    assert.equal(await say('system:error?\n'), '-113,"Undefined header"');
    assert.equal(await say(':SYST:ERR:NEXT?\n'), '0,"No error"');
    assert.equal(await say(`${'FOO\n'.repeat(20)}SYST:ERR?\n`), '-113,"Undefined header"');
    assert.equal(
      await say(`${'SYST:ERR?;'.repeat(14)}SYST:ERR?\n`).then((all) => all.split(';').at(-1)),
      '-350,"Queue overflow"',
    );
    assert.equal(await say('FOO\n*CLS\nSYST:ERR?\n'), '0,"No error"');
  });

  it('writes numbers as instruments do', () => {
    assert.deepEqual([0, 5, 0.0451, -12.5, 9.91e37].map(formatNumber), [
      '+0.00000E+00',
      '+5.00000E+00',
      '+4.51000E-02',
      '-1.25000E+01',
      '+9.91000E+37',
    ]);
  });
});
