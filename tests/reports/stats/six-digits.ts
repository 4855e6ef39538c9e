import assert from 'node:assert/strict';

/** Both agree to six significant digits, all the way down. Keys that only `actual` has are not looked at. */
export function agrees(actual: unknown, expected: unknown, path = 'value'): void {
  if (typeof expected === 'number') {
    assert.ok(typeof actual === 'number', `${path} is ${String(actual)}, no number`);
    const apart = Math.abs(actual - expected);
    assert.ok(apart <= 5e-7 * Math.abs(expected), `${path}: ${actual} is not ${expected} to six digits`);
  } else if (typeof expected === 'object' && expected !== null) {
    assert.ok(typeof actual === 'object' && actual !== null, `${path} is missing`);
    for (const [key, value] of Object.entries(expected))
      agrees((actual as Record<string, unknown>)[key], value, `${path}.${key}`);
  } else assert.equal(actual, expected, path);
}
