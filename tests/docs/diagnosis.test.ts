import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { proofs } from '../../drivers/console/diagnosis/good-markers.js';
import { codeOfLabel, faultCodes } from '../../drivers/console/diagnosis/labels.js';
import { precedence } from '../../drivers/console/diagnosis/precedence.js';
import { tableRows } from './page.js';

const page = readFileSync('docs/diagnosis.md', 'utf8');

test('the page has every label with its code', () => {
  const labels = ['good', ...(Object.keys(faultCodes) as (keyof typeof faultCodes)[]), 'unknown'] as const;
  const rows = tableRows(page, 'label').map(([label, code]) => [label, code]);
  assert.deepEqual(
    rows,
    labels.map((label) => [label, codeOfLabel(label)]),
  );
});

test('the page has every proof, the strongest first', () => {
  assert.deepEqual(
    tableRows(page, 'proof').map(([proof]) => proof),
    [...proofs].reverse(),
  );
});

test('the page has the order of the faults as the code has it', () => {
  assert.deepEqual(
    tableRows(page, 'rank'),
    precedence.map(({ rank, gives, why }) => [rank, gives, why]),
  );
});
