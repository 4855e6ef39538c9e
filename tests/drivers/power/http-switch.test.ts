import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { inspect } from 'node:util';
import type { RigError } from '../../../core/errors.js';
import { openOutputs } from '../../../drivers/power/open-outputs.js';
import type { HttpSwitchAddress, Output } from '../../../gpio/output.js';
import { serveRelay, type Relay, type RelayOptions } from './relay.js';

const noLines = { kind: 'bench', socketPath: '/nonexistent/lines' } as const;

type Http = HttpSwitchAddress['http'];

async function start(t: TestContext, options?: RelayOptions): Promise<Relay> {
  const relay = await serveRelay(options);
  t.after(() => relay.close());
  return relay;
}

/** Opens it without touching it; `changes` are made to its address. */
async function open(
  t: TestContext,
  { address }: Relay,
  changes: Partial<Http> = {},
  initial: boolean | 'as-is' = 'as-is',
): Promise<Output> {
  const outputs = await openOutputs(noLines);
  t.after(() => outputs.close());
  return outputs.openOutput({ http: { ...address.http, ...changes } }, { initial });
}

void test('a relay is switched on and off and asked which it is, without any line', async (t) => {
  const relay = await start(t);
  const output = await open(t, relay);
  await output.write(true);
  assert.deepEqual([relay.isOn(), await output.read()], [true, true]);
  await output.write(false);
  assert.deepEqual([relay.isOn(), await output.read()], [false, false]);
});

void test('opened as it is, a relay is asked and not touched', async (t) => {
  const relay = await start(t);
  await (await open(t, relay)).write(true);
  relay.requests.length = 0;
  const again = await open(t, relay);
  await again.close();
  await again.close();
  assert.deepEqual(
    relay.requests.map(({ url }) => url),
    ['/relay/0'],
  );
  assert.equal(relay.isOn(), true);
  await assert.rejects(again.write(false), /INTERNAL_ERROR: .* used after it was closed/);
});

void test('opened as inactive, a relay that an earlier run has left on goes off', async (t) => {
  const relay = await start(t);
  await (await open(t, relay)).write(true);
  await open(t, relay, {}, false);
  assert.equal(relay.isOn(), false);
});

void test('method, body and credentials are sent as the station file has them', async (t) => {
  const relay = await start(t);
  const { url } = relay.address.http.read;
  const body = '{"id":0,"on":true}';
  const on = { url: `${url}?turn=on`, method: 'POST', body, contentType: 'application/json' } as const;
  const output = await open(t, relay, { on, user: 'admin', password: 'correct horse' });
  await output.write(true);
  const sent = relay.requests.find(({ method }) => method === 'POST');
  assert.equal(sent?.body, body);
  assert.equal(sent.authorization, `Basic ${Buffer.from('admin:correct horse').toString('base64')}`);
});

void test('a relay that answers well and does not switch is found out', async (t) => {
  const relay = await start(t, {
    answer(request, response) {
      if (!request.url?.includes('turn=off')) return false;
      response.end('{"ison":false}');
      return true;
    },
  });
  const output = await open(t, relay);
  await output.write(true);
  await assert.rejects(output.write(false), (error: RigError) => {
    assert.equal(error.code, 'LINE_READBACK');
    assert.match(error.message, /127\.0\.0\.1:\d+\/relay\/0 was switched off, said .*, and reads on/);
    return true;
  });
});

void test('an answer that is neither on nor off is never taken for off', async (t) => {
  let isLocked = false;
  const relay = await start(t, {
    answer(_, response) {
      if (isLocked) response.end('<html>Log in</html>');
      return isLocked;
    },
  });
  const read = { ...relay.address.http.read, inactive: '"ison":false' };
  const output = await open(t, relay, { read });
  await output.write(true);
  isLocked = true;
  await assert.rejects(output.write(false), {
    code: 'LINE_READBACK',
    message: /says neither on nor off, or both: "<html>Log in<\/html>"/,
  });
  assert.equal(relay.isOn(), true);
});

void test('a relay that follows a moment after its answer is waited for', async (t) => {
  let asked = 0;
  const relay = await start(t, {
    answer(request, response, isOn) {
      if (request.url !== '/relay/0') return false;
      asked += 1;
      response.end(`{"ison":${isOn && asked > 4}}`);
      return true;
    },
  });
  await (await open(t, relay)).write(true);
  assert.ok(asked > 4);
});

for (const status of [401, 403])
  void test(`an answer ${status} is AUTH_REFUSED, and no message holds the password`, async (t) => {
    const relay = await start(t, {
      answer(_, response) {
        response.writeHead(status, { 'WWW-Authenticate': 'Digest realm="shelly"' }).end('no');
        return true;
      },
    });
    const { url } = relay.address.http.read;
    const read = {
      ...relay.address.http.read,
      url: `${url.replace('http://', 'http://u:hunter2@')}?password=hunter2`,
    };
    await assert.rejects(open(t, relay, { user: 'admin', password: 'hunter2', read }), (error: RigError) => {
      assert.equal(error.code, 'AUTH_REFUSED');
      assert.match(error.message, /does not take user admin .*digest authentication/);
      assert.doesNotMatch(inspect(error, { depth: 9 }), /hunter2|aHVudGVyMg|YWRtaW46/);
      return true;
    });
  });

void test('a redirect is not followed', async (t) => {
  const elsewhere = await start(t);
  const relay = await start(t, {
    answer(_, response) {
      response.writeHead(302, { Location: elsewhere.address.http.read.url }).end();
      return true;
    },
  });
  await assert.rejects(open(t, relay), { code: 'LINE_NOT_FOUND', message: /redirects elsewhere \(302\)/ });
  assert.deepEqual(elsewhere.requests, []);
});

void test('an address without a switch is a mistake of the station file, an error of the server is not', async (t) => {
  const answering = (status: number) =>
    start(t, {
      answer(_, response) {
        response.writeHead(status).end('nothing here');
        return true;
      },
    });
  await assert.rejects(open(t, await answering(404)), {
    code: 'LINE_NOT_FOUND',
    message: /GET http:\/\/127\.0\.0\.1:\d+\/relay\/0: answers 404: "nothing here"/,
  });
  await assert.rejects(open(t, await answering(503)), { code: 'LINE_LOST', message: /answers 503/ });
});

void test('a relay that is gone or that hangs is lost', async (t) => {
  const relay = await start(t, { timeoutMs: 200 });
  const output = await open(t, relay);
  const secret = await open(t, relay, { user: 'admin', password: 'hunter2' });
  relay.hang();
  await assert.rejects(output.write(true), { code: 'LINE_LOST', message: /no answer within 200 ms/ });
  await relay.close();
  await assert.rejects(output.write(true), { code: 'LINE_LOST', message: /the connection is refused/ });
  await assert.rejects(secret.write(true), (error: RigError) => {
    assert.doesNotMatch(inspect(error, { depth: 9, showHidden: true }), /hunter2|YWRtaW46/);
    return true;
  });
});

void test('an answer that goes on for ever is read no further', async (t) => {
  const relay = await start(t, {
    timeoutMs: 300,
    answer(_, response) {
      response.write('"ison":true');
      return true;
    },
  });
  await assert.rejects(open(t, relay), { code: 'LINE_LOST', message: /no answer within 300 ms/ });
});

void test('a relay that switches on after nobody waits for its answer any more is switched off again', async (t) => {
  let isOn = false;
  let carryOut: () => void = () => undefined;
  const relay = await start(t, {
    answer({ url = '' }, response) {
      if (url.includes('turn=on')) {
        carryOut = () => void (isOn = true);
        return true;
      }
      if (url.includes('turn=off')) isOn = false;
      else if (!isOn) {
        // Off is proved by this answer, and it comes on right behind it.
        carryOut();
        carryOut = () => undefined;
        response.end('{"ison":false}');
        return true;
      }
      response.end(`{"ison":${isOn}}`);
      return true;
    },
  });
  const output = await open(t, relay, { timeoutMs: 200 });
  await assert.rejects(output.write(true), { code: 'LINE_LOST' });
  await output.write(false);
  assert.equal(isOn, false);
  assert.deepEqual(
    relay.requests.map(({ url }) => /turn=\w+/.exec(url)?.[0]).filter((each) => each !== undefined),
    ['turn=on', 'turn=off', 'turn=off'],
  );
  const sinceMs = performance.now();
  await output.write(false);
  assert.ok(performance.now() - sinceMs < 1500);
});
