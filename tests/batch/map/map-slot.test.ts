import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CandidatePort } from '../../../batch/map/map-candidates.js';
import { findSlotPorts } from '../../../batch/map/map-slot.js';
import type { PortEars } from '../../../batch/map/port-ears.js';
import type { SlotPower } from '../../../gpio/power.js';
import { board, lease } from '../../fixtures/sample.js';

const receiver: CandidatePort = { path: '/dev/serial/by-path/gps', device: '/dev/ttyUSB7' };

test('a port that spoke while every slot was off is no slot’s, though it speaks while one has power', async () => {
  let powered = false;
  const ears = {
    forget: () => undefined,
    // It rests for longer than a slot is listened to before its power.
    speakers: () => (powered ? [receiver] : []),
    lastWords: () => 'said "$GPGGA"',
    ports: [receiver],
  } as unknown as PortEars;
  const power = { runFirmware: async () => void (powered = true) } as unknown as SlotPower;
  const slot = { ...lease.slot, board: { ...board, boot: { ...board.boot, timeoutMs: 10 } } };
  const { signal } = new AbortController();
  const find = (noisy: CandidatePort[]) => {
    powered = false;
    return findSlotPorts({ slot, power, ears, noisy, listPorts: async () => [], signal });
  };
  assert.deepEqual(await find([]), [{ path: receiver.path, how: 'said "$GPGGA"' }]);
  assert.deepEqual(await find([receiver]), []);
});
