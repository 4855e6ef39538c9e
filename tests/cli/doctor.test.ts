import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmod, mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { parse, stringify } from 'yaml';
import { exitCodeFor, worstOf, type Finding } from '../../cli/doctor/finding.js';
import { checkClock, checkDisk, checkKernel, checkNode } from '../../cli/doctor/host.js';
import { checkModules } from '../../cli/doctor/modules.js';
import { checkSelftest } from '../../cli/doctor/selftest.js';
import { checkWiring } from '../../cli/doctor/wiring.js';
import type { Slot, Station } from '../../rigs/types.js';
import { cleanEnvironment } from '../clean-environment.js';
import { lease } from '../fixtures/sample.js';
import { makeRigFolder, type RigFolder } from '../rig-folder.js';

test('the shipped station lacks nothing on this host that a virtual station needs', () => {
  const { report, exitCode } = doctor(['station1', '--json'], {});
  assert.notEqual(report.worst, 'error', JSON.stringify(report.findings.filter(isBad)));
  assert.ok(exitCode < 2);
  const areas = new Set(report.findings.map(({ area }) => area));
  for (const area of ['node', 'modules', 'kernel', 'clock', 'disk', 'files', 'tools', 'ports'])
    assert.ok(areas.has(area as Finding['area']), area);
});

test(
  'a host without tools, group membership and ports is told each lack with its remedy',
  { skip: process.getuid?.() === 0 ? false : 'needs root, to become somebody without rights' },
  async (t) => {
    const rig = await realStation(t);
    const { report, exitCode, stderr } = doctor(['bench1', '--json'], rig.env, { asNobody: true });
    assert.equal(exitCode, 4, stderr);
    const errors = report.findings.filter(({ severity }) => severity === 'error');
    for (const { found, remedy } of errors) assert.ok(remedy, `no remedy for: ${found}`);
    const says = (area: Finding['area'], found: RegExp, remedy: RegExp) =>
      assert.ok(
        errors.some((each) => each.area === area && found.test(each.found) && remedy.test(each.remedy ?? '')),
        `${area} ${String(found)} in ${JSON.stringify(errors, null, 1)}`,
      );
    says('tools', /esptool is not installed; needed by bench1 slot1/, /pip install esptool/);
    says('tools', /gpioset is not installed; needed by bench1/, /apt-get install gpiod/);
    says('lines', /no `gpioset`/, /gpiod/);
    says('permissions', /is not in the group dialout/, /usermod -aG dialout .*log in again/);
    says('ports', /by-path\/.* does not exist/, /rig map/);
    says('power', /no hub there|uhubctl cannot be run/, /./);
    says('meters', /hwmon/, /meter/);
    says('disk', /cannot be written/, /chown/);
  },
);

test('what is wrong in a station file is named with its place, and the rest is looked at all the same', async (t) => {
  const rig = await realStation(t, { powerOn: { settleMs: 'soon' } });
  const { report, exitCode } = doctor(['bench1', '--json'], rig.env);
  assert.equal(exitCode, 4);
  const [file] = report.findings.filter(({ area }) => area === 'files');
  assert.match(file?.subject ?? '', /bench1\.yaml:\d+:\d+/);
  assert.ok(report.findings.some(({ area }) => area === 'node'));
});

test('an unknown station is refused with the stations that there are', () => {
  const { exitCode, stderr } = doctor(['station9'], {});
  assert.equal(exitCode, 2);
  assert.match(stderr, /no such station.*station1/);
});

test('the exit code follows the worst finding', () => {
  const finding = (severity: Finding['severity']): Finding => {
    return { area: 'node', subject: 'x', severity, found: '' };
  };
  assert.equal(exitCodeFor(worstOf([])), 0);
  assert.equal(exitCodeFor(worstOf([finding('ok'), finding('note')])), 0);
  assert.equal(exitCodeFor(worstOf([finding('warning'), finding('note')])), 1);
  assert.equal(exitCodeFor(worstOf([finding('error'), finding('warning')])), 4);
});

test('a node that is too old is an error, a suspect one a warning, little memory too', () => {
  const severity = (version: string) => checkNode(version, 0).map((finding) => finding.severity);
  assert.deepEqual(severity('v18.20.0'), ['error']);
  assert.deepEqual(severity('v20.10.9'), ['error']);
  assert.deepEqual(severity('v20.11.0'), ['ok']);
  assert.deepEqual(severity('v26.4.0'), ['warning']);
  const [, memory] = checkNode('v20.11.0', 8, 2 ** 29);
  assert.deepEqual([memory?.subject, memory?.severity], ['memory', 'warning']);
});

test('a module that cannot be loaded is an error only where it is needed', () => {
  const load = (name: string) => {
    if (name === 'onoff') throw new Error('not built');
  };
  const of = (kernelLines: boolean) =>
    checkModules({ kernelLines, bench: false }, load).find(({ subject }) => subject === 'onoff');
  assert.equal(of(true)?.severity, 'error');
  assert.match(of(true)?.remedy ?? '', /build-essential/);
  assert.equal(of(false)?.severity, 'note');
});

test('a clock before the installation is an error, and so is a folder that takes no files', async (t) => {
  const [clock] = await checkClock(new Date('2001-01-01T00:00:00Z'));
  assert.equal(clock?.severity, 'error');
  const folder = await temporary(t);
  await writeFile(join(folder, 'file'), '');
  const [disk] = await checkDisk(join(folder, 'file', 'results'));
  assert.equal(disk?.severity, 'error');
  const [good] = await checkDisk(join(folder, 'results'));
  assert.notEqual(good?.severity, 'error');
  assert.deepEqual(await readdir(folder), ['file'], 'nothing was made');
});

test('a port that a program holds is a warning that names it', async (t) => {
  const held = await open('/dev/full', 'r+');
  t.after(() => held.close());
  const slot: Slot = { ...lease.slot, serial: { path: '/dev/full', baudRate: 115200 } };
  const [port] = await checkWiring({ ...station, slots: [slot] });
  assert.equal(port?.severity, 'warning');
  assert.match(port.found, /^\/dev\/full is held by /);
});

test('slots that a run would refuse until they are proved are warnings, each with its reason', async (t) => {
  const resultsFolder = await temporary(t);
  assert.deepEqual(await checkSelftest(station, { resultsFolder }), []);
  const asking = { ...station, selftest: { maxAgeHours: 8, golden: [], knownBad: [] } };
  const [due] = await checkSelftest(asking, { resultsFolder });
  assert.deepEqual([due?.severity, due?.subject], ['warning', 'station1 slot1']);
  assert.match(due?.found ?? '', /has no self-test on record.*rig-selftest/);
});

test('another kernel than Linux is a warning', async () => {
  const [finding] = await checkKernel(new Set(), 'darwin');
  assert.equal(finding?.severity, 'warning');
});

const station: Station = {
  name: 'station1',
  programme: [],
  powerOn: lease.powerOn,
  limits: { flashesAtOnce: 1, rigErrorsInARow: 0 },
  slots: [lease.slot],
  faults: [],
  seed: 0,
  file: 'rigs/station1.yaml',
};

interface Answer {
  report: { worst: Finding['severity']; findings: Finding[] };
  exitCode: number;
  stderr: string;
}

function doctor(args: string[], env: object, { asNobody = false } = {}): Answer {
  const command = [process.execPath, '--import', 'tsx', 'cli/main.ts', 'doctor', ...args];
  // Without the folders of tools: node itself is named by its path.
  const bare = { PATH: '/nowhere', HOME: '/nonexistent', RIG_ESPTOOL: 'esptool', TSX_DISABLE_CACHE: '1' };
  const become = ['/usr/bin/setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
  const [program = '', ...rest] = asNobody ? [...become, ...command] : command;
  const run = spawnSync(program, rest, {
    encoding: 'utf8',
    timeout: 60_000,
    env: { ...cleanEnvironment(), ...env, ...(asNobody && bare) },
  });
  const report =
    args.includes('--json') && run.stdout ? (JSON.parse(run.stdout) as Answer['report']) : undefined;
  return { report: report ?? { worst: 'ok', findings: [] }, exitCode: run.status ?? -1, stderr: run.stderr };
}

/** A station of hardware that is not there: a serial port, a meter, a hub port, and the vendor's esptool. */
async function realStation(t: TestContext, more: object = {}): Promise<RigFolder> {
  const rig = await makeRigFolder({ slots: 2 });
  t.after(() => rig.remove());
  const path = join(rig.rigs, 'bench1.yaml');
  const file = parse(await readFile(path, 'utf8')) as Record<string, unknown> & {
    slots: Record<string, unknown>[];
  };
  delete file['bench'];
  const [slot1, slot2] = file.slots;
  Object.assign(slot1 ?? {}, { driver: 'esptool' });
  Object.assign(slot2 ?? {}, { power: { hub: '1-1', port: 1 } });
  file['gpio'] = 'gpiod';
  await writeFile(path, stringify({ ...file, ...more }));
  for (const folder of [rig.folder, rig.rigs]) await chmod(folder, 0o755);
  return rig;
}

function isBad({ severity }: Finding): boolean {
  return severity === 'error' || severity === 'warning';
}

async function temporary(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'rig-doctor-'));
  t.after(() => rm(path, { recursive: true }));
  return path;
}
