import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { openMeter } from '../../../drivers/meter/open-meter.js';
import { startScpiInstrument } from './scpi-instrument.js';

const times = { answerTimeoutMs: 300 };
const queries = { volts: 'MEAS:VOLT? (@1)', amps: 'MEAS:CURR? (@1)' };

async function begin(t: TestContext) {
  const instrument = await startScpiInstrument();
  t.after(() => instrument.close());
  const { host, port } = instrument;
  const open = (channels: { volts: string; amps?: string } = queries) =>
    openMeter({ scpi: { host, port }, ...channels }, times);
  return { instrument, open };
}

test('an instrument is asked who it is, and then one query at a time', async (t) => {
  const { instrument, open } = await begin(t);
  const meter = await open();
  await Promise.all([meter.read(), meter.read()]);
  await meter.close();
  assert.deepEqual(instrument.heard.slice(0, 3), ['*IDN?', queries.volts, queries.amps]);
  assert.equal(instrument.interrupted, 0);
});

test('a connection that was lost is made anew, and the reading is whole', async (t) => {
  const { instrument, open } = await begin(t);
  const meter = await open();
  t.after(() => meter.close());
  instrument.drop();
  instrument.amps = 0.2;
  assert.deepEqual(await meter.read(), { railVolts: 5, railAmps: 0.2 });
  assert.equal(instrument.connections, 2);
});

test('another instrument at the address is not taken for the first one', async (t) => {
  const { instrument, open } = await begin(t);
  const meter = await open();
  t.after(() => meter.close());
  instrument.identity = 'Bench,M1,0002,1.0';
  instrument.drop();
  await assert.rejects(meter.read(), {
    code: 'METER_FAILED',
    message: /is Bench,M1,0002,1\.0 now, and was Bench,M1,0001,1\.0 before/,
  });
});

test('an instrument that does not know a query says what it holds against it', async (t) => {
  const { open } = await begin(t);
  await assert.rejects(open({ volts: 'MEASURE:VOLTS?' }), {
    message: /did not answer MEASURE:VOLTS\? within 0\.3 s; SYST:ERR\? says -113,"Undefined header"/,
  });
});

test('an answer that comes too late is never the answer to the next query', async (t) => {
  const { instrument, open } = await begin(t);
  const meter = await open();
  t.after(() => meter.close());
  instrument.isStuck = true;
  await assert.rejects(meter.read(), { code: 'METER_FAILED' });
  instrument.isStuck = false;
  instrument.volts = 3.3;
  assert.equal((await meter.read()).railVolts, 3.3);
  assert.equal(instrument.connections, 2);
});

test('a complaint that comes too late is never the answer to the next query either', async (t) => {
  const { instrument, open } = await begin(t);
  const meter = await open();
  t.after(() => meter.close());
  let complain: () => void = () => undefined;
  instrument.lateComplaint = { text: '0', due: new Promise((resolve) => (complain = resolve)) };
  instrument.answers = 'RANGE';
  await assert.rejects(meter.read(), { message: /with "RANGE", which is no number$/ });
  instrument.answers = undefined;
  const reading = meter.read();
  complain();
  assert.deepEqual(await reading, { railVolts: 5, railAmps: 0.08 });
  assert.equal(instrument.connections, 2);
});

for (const overload of ['9.9E37', '+9.90000000E+37', '-9.9E+37', '9.91E37']) {
  test(`${overload} is no value`, async (t) => {
    const { instrument, open } = await begin(t);
    const meter = await open();
    t.after(() => meter.close());
    instrument.answers = overload;
    await assert.rejects(meter.read(), { message: /overload or no value/ });
  });
}

test('what is no instrument is known when it is opened', async (t) => {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.write('SSH-2.0-OpenSSH_9.2\r\n');
    socket.on('data', () => socket.end('Invalid SSH identification string.\r\n'));
  }).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const open = openMeter({ scpi: { host: '127.0.0.1', port }, ...queries }, times);
  await assert.rejects(open, { message: /answered \*IDN\? with "(SSH-2|Invalid).*that is no instrument/ });
});

test('nobody at the address is said so, with what may be the reason', async (t) => {
  const { instrument, open } = await begin(t);
  await instrument.close();
  await assert.rejects(open(), { code: 'METER_FAILED', message: /ECONNREFUSED.*one connection only/ });
});

test('an instrument that takes connections and says nothing is not waited for', async (t) => {
  const { instrument, open } = await begin(t);
  instrument.isStuck = true;
  await assert.rejects(open(), { message: /did not answer \*IDN\? within 0\.3 s/ });
});
