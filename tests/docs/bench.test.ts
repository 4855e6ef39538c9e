import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { SchemaObject } from 'ajv';
import { parseFaults } from '../../rigs/fault-deal.js';
import { schemaOf } from '../../rigs/schema-check.js';
import { startBenchProcess } from '../bench/bench-process.js';
import { findVendorEsptool, withoutEsptool } from '../firmware/vendor-esptool.js';
import { blocksOf, documentedFaults } from './page.js';

const page = readFileSync('docs/bench.md', 'utf8');
const commands = blocksOf(page, 'sh').flatMap((block) => block.trim().split('\n'));

test('every kind of fault stands in the page, with an example of that kind', async () => {
  const { fault } = schemaOf('station')['definitions'] as { fault: { oneOf: SchemaObject[] } };
  const kinds = fault.oneOf.map(({ properties }) => (properties as { kind: { const: string } }).kind.const);
  const rows = await documentedFaults();
  assert.deepEqual(
    rows.map(({ kind }) => kind),
    kinds,
  );
  // tests/station/faults.test.ts holds the codes to what a run says.
  for (const { kind, example, codes } of rows) {
    assert.equal(parseFaults(example)[0]?.kind, kind);
    assert.notEqual(codes.length, 0, kind);
  }
});

test('the faults that the page gives to a bench are faults', () => {
  const texts = commands.flatMap((command) => /RIG_FAULTS="([^"]+)"/.exec(command)?.[1] ?? []);
  assert.equal(texts.length, 1);
  for (const text of texts) assert.equal(parseFaults(text).length, 2);
});

const esptool = findVendorEsptool();

test(
  'every command of the vendor’s tool in the page works on a bench by hand',
  { skip: esptool ? false : withoutEsptool, timeout: 120_000 },
  async (context) => {
    const folder = mkdtempSync(join(tmpdir(), 'rig-docs-'));
    context.after(() => rmSync(folder, { recursive: true }));
    const image = join(folder, 'app.bin');
    writeFileSync(image, Buffer.from('not an image, but bytes '.repeat(100)));
    const bench = await startBenchProcess(context, { byHand: true });
    const { serialPath = '', rfc2217 = '' } = bench.state.slots['slot1'] ?? {};
    const forTool = commands.filter((command) => command.startsWith('esptool '));
    assert.ok(forTool.length >= 4);
    for (const command of forTool) {
      const words = command
        .replace(/\/dev\/pts\/\d+/, serialPath)
        .replace(/127\.0\.0\.1:\d+/, rfc2217)
        .replace('app.bin', image)
        .split(' ')
        .slice(1)
        .map((word) =>
          esptool?.major === 4
            ? word.replace(/^[a-z]+(-[a-z]+)+$/, (dashed) => dashed.replaceAll('-', '_'))
            : word,
        );
      assert.match(esptool?.run(...words) ?? '', /MAC: +24:6f:28:11:00:01/, command);
    }
  },
);
