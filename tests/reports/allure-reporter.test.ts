import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Reporter, TestError } from '@playwright/test/reporter';
import { lasting } from '../../reports/allure-reporter.js';

function reporterThat(fails: () => void | Promise<void>) {
  const calls: string[] = [];
  const told: unknown[] = [];
  const inner = {
    printsToStdio: () => false,
    onError: () => calls.push('error'),
    onEnd: () => fails(),
  } as unknown as Required<Reporter>;
  return { reporter: lasting(inner, (thrown) => told.push(thrown)), calls, told };
}

for (const [how, fails] of [
  ['throws', () => assert.fail('ENOSPC')],
  ['rejects', () => Promise.reject(new Error('ENOSPC'))],
] as const) {
  test(`a reporter that ${how} is told once, left alone, and ends nothing`, async () => {
    const { reporter, calls, told } = reporterThat(fails);
    assert.equal(reporter.printsToStdio(), false);
    reporter.onError({} as TestError);
    await reporter.onEnd({} as never);
    await reporter.onEnd({} as never);
    reporter.onError({} as TestError);
    assert.equal(told.length, 1);
    assert.match(String(told[0]), /ENOSPC/);
    assert.deepEqual(calls, ['error']);
  });
}
