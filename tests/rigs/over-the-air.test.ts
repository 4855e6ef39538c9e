import assert from 'node:assert/strict';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { formatProblems, loadRig } from '../../rigs/load-rig.js';
import { buildDemos } from '../../rigs/releases/build-demo.js';

const folder = join(import.meta.dirname, '../../rigs');
await buildDemos();

/** What is wrong with the shipped boards and releases on a station of these slots. */
async function problemsOf(t: TestContext, slots: string): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'over-the-air-'));
  t.after(() => rm(copy, { recursive: true, force: true }));
  await cp(folder, copy, {
    recursive: true,
    filter: (path) => !/station\d\.yaml$|network\.yaml$/.test(path),
  });
  const station = `station: net\nbench: virtual\nprogramme: [bring-up]\nboard: wifi-node\nrelease: demo-node-1.2.0\nslots:\n${slots}`;
  await writeFile(join(copy, 'net.yaml'), station);
  return formatProblems((await loadRig(copy, { specs: join(folder, '../specs') })).problems);
}

const network = 'network: { host: 10.0.0.7, user: admin, password: admin }';

test('a node and a gateway take releases of their application alone', async (t) => {
  const slots = `  - { id: a, ${network} }\n  - { id: b, board: linux-gateway, release: demo-gateway-1.2.0, ${network.replace('.7', '.8')} }\n`;
  assert.equal(await problemsOf(t, slots), '');
});

test('a release of several images is refused for a device that takes one', async (t) => {
  assert.match(
    await problemsOf(t, `  - { id: a, release: demo-1.2.0, ${network} }\n`),
    /demo-1\.2\.0\.yaml:\d+:\d+ images: has 3 images, but the driver ota-http of board wifi-node sends one/,
  );
});

test('an application alone is refused for a board that is written by its loader', async (t) => {
  const lines =
    'serial: { path: /dev/serial/by-path/x }, power: { chip: c, line: 0 }, boot: { chip: c, line: 1 }';
  assert.match(
    await problemsOf(t, `  - { id: a, board: esp32-devkit, ${lines} }\n`),
    /images: has the application alone, .* board esp32-devkit is written by its loader; add bootloader and partitions/,
  );
});
