import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unsafeText } from '../../../drivers/guard/unsafe-text.js';

test('lines that are unsafe for one reason stand together, and the reason once', () => {
  const lost = 'LINE_LOST: no bench';
  const reports = [
    { line: 'a/0!', ok: false, error: lost },
    { line: 'a/1', ok: true },
    { line: 'b/2', ok: false, error: 'LINE_READBACK: stuck' },
    { line: 'a/3', ok: false, error: lost },
  ];
  assert.equal(unsafeText(reports), 'a/0!, a/3 (LINE_LOST: no bench); b/2 (LINE_READBACK: stuck)');
  assert.equal(unsafeText([{ line: 'a/1', ok: true }]), '');
});
