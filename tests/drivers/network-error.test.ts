import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RigError } from '../../core/errors.js';
import { connectionLost, notMet } from '../../drivers/network/network-error.js';

const errno = (code: string) => Object.assign(new Error(`connect ${code}`), { code });

test('a device that refuses, is silent or is not on the local network is told apart', () => {
  for (const [code, says] of [
    ['ECONNREFUSED', /it refuses the connection/],
    ['ETIMEDOUT', /it does not answer$/],
    ['EHOSTUNREACH', /does not answer on the local network/],
  ] as const) {
    const error = notMet(errno(code), '10.0.0.7 port 80');
    assert.equal(error.code, 'DUT_SILENT');
    assert.equal(error.blame, 'dut');
    assert.match(error.message, says);
    assert.match(error.message, /10\.0\.0\.7 port 80/);
  }
});

test('a host without a way there is the rig’s fault', () => {
  for (const code of ['ENETUNREACH', 'EADDRNOTAVAIL', 'ENOTFOUND', 'EAI_AGAIN', 'EPERM']) {
    const error = notMet(errno(code), 'node.local port 80');
    assert.equal(error.code, 'NETWORK_UNREACHABLE', code);
    assert.equal(error.blame, 'rig');
  }
});

test('of several addresses that were tried, the first says why', () => {
  const both = new AggregateError([errno('ENETUNREACH'), errno('ECONNREFUSED')]);
  assert.equal(notMet(both, 'node port 80').code, 'NETWORK_UNREACHABLE');
});

test('what has a code keeps it', () => {
  const known = new RigError('AUTH_REFUSED', 'no');
  assert.equal(notMet(known, 'x'), known);
});

test('a lost connection says what was done', () => {
  assert.match(
    connectionLost('node port 80', 'writing app', errno('ECONNRESET')).message,
    /^CONNECTION_LOST: the connection to node port 80 was reset while writing app$/,
  );
});
