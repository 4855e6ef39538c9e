import { test } from 'node:test';
import { guestSuites } from './guest-suites.js';
import { vmMissing } from './vm.js';

void test('lines of a real kernel keep the contract', { skip: vmMissing(), timeout: 900_000 }, (t) =>
  guestSuites(t, ['lines', 'permission'], { timeoutMs: 800_000 }),
);
