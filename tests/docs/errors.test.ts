import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { catalogue } from '../../core/error-catalogue.js';
import { catalogueMarkdown } from '../../cli/explain.js';
import { productFolders } from '../product-folders.js';

test('docs/errors.md is what the catalogue says', () => {
  const page = readFileSync('docs/errors.md', 'utf8');
  assert.equal(
    page,
    catalogueMarkdown(),
    'run: node --import tsx cli/main.ts explain --markdown > docs/errors.md',
  );
});

test('every code of the catalogue is used by the product', () => {
  const source = productFolders
    .flatMap(typescriptFiles)
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
  const unused = Object.keys(catalogue).filter((code) => !source.includes(`'${code}'`));
  assert.deepEqual(unused, []);
});

function typescriptFiles(folder: string): string[] {
  return readdirSync(folder)
    .map((name) => join(folder, name))
    .flatMap((path) => (statSync(path).isDirectory() ? typescriptFiles(path) : [path]))
    .filter((path) => path.endsWith('.ts') && !path.endsWith('error-catalogue.ts'));
}
