import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { writePorts } from '../../rigs/write-ports.js';
import { makeRigFolder } from '../rig-folder.js';

const options = { specs: 'specs', env: {}, now: new Date('2026-11-20T15:30:12Z') };

test('a port that the file says by an anchor is left alone, and what to write by hand is said', async (t) => {
  const { file, rigs, text } = await stationFile(t);
  const port = /path: (\S+?)(?=[,\s])/.exec(text)?.[1] ?? '';
  await writeFile(file, `x-port: &port ${port}\n${text.replace(`path: ${port}`, 'path: *port')}`);
  const before = await readFile(file, 'utf8');
  await assert.rejects(
    writePorts(
      { name: 'bench1', file },
      [{ slot: 'slot1', key: 'serial.path', path: '/dev/serial/new' }],
      options,
    ),
    /CONFIG_INVALID: .*bench1.yaml was left as it is: .*by hand.*slots\.0\.serial\.path: \/dev\/serial\/new/,
  );
  assert.equal(await readFile(file, 'utf8'), before);
  assert.deepEqual(await backups(rigs), []);
});

test('a file that would break a rule is put back', async (t) => {
  const { file, rigs, text } = await stationFile(t);
  const second = [...text.matchAll(/path: (\S+?)(?=[,\s])/g)][1]?.[1] ?? '';
  await assert.rejects(
    writePorts({ name: 'bench1', file }, [{ slot: 'slot1', key: 'serial.path', path: second }], options),
    /CONFIG_INVALID/,
  );
  assert.equal(await readFile(file, 'utf8'), text);
  assert.deepEqual(await backups(rigs), []);
});

async function stationFile(t: TestContext): Promise<{ file: string; rigs: string; text: string }> {
  const rig = await makeRigFolder({ slots: 2 });
  t.after(() => rig.remove());
  const file = join(rig.rigs, 'bench1.yaml');
  return { file, rigs: rig.rigs, text: await readFile(file, 'utf8') };
}

async function backups(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name.endsWith('.bak'));
}
