import assert from 'node:assert/strict';
import type { FlashImage, FlashProgress } from '../../../drivers/flash/flash-driver.js';
import { failureOf } from '../flash-rig.js';
import { assertNames, assertUntouched, assertWritten, lastImage, type ContractRun } from './contract-run.js';
import { verifiedByText } from './subject.js';
import type { BoardRig } from './subject-bench.js';

/** What a driver is for: a board through its whole life, one test a row. */
export function workCases(run: ContractRun): void {
  run.bench.onBoard('does its work', [], async (rig, context) => {
    await context.test('says who the board is, and writes nothing', () => probes(run, rig));
    await context.test('writes over what was there, and says how far it is', () => writes(run, rig));
    await context.test('knows whether the flash holds the images', () => verifies(run, rig));
    await context.test('reads back what is in flash', () => reads(run, rig));
    await context.test('erases a region and everything', () => erases(run, rig));
  });
}

async function probes(run: ContractRun, { stand, driver }: BoardRig): Promise<void> {
  const { kind, identity, abilities, verifiedBy: by } = run.subject;
  assert.equal(driver.name, kind);
  assert.deepEqual([...driver.abilities].sort(), [...abilities].sort());
  assert.equal(driver.verifiedBy, by);
  await assertUntouched(run, stand, async () => {
    const startedAt = performance.now();
    assert.deepEqual(await driver.probe(), identity);
    const facts = { mac: 'MAC', uid: 'id', flashSizeBytes: 'flash size', version: 'version' };
    const known = Object.entries(facts).filter(([key]) => key in identity);
    run.seen.add('probe', {
      what: ['chip', ...known.map(([, name]) => name)].join(', '),
      seconds: secondsSince(startedAt),
    });
  });
}

async function writes(run: ContractRun, { stand, driver }: BoardRig): Promise<void> {
  const { subject, bench } = run;
  const { written } = bench.images;
  const images = written.map(({ image }) => image);
  const sizeBytes = sizeOf(images);
  if (!abilityOf(run, 'verify')) {
    assert.match((await failureOf(driver.verify(images))).error.message, /^FLASH_UNSUPPORTED: /);
  }
  // What was there before must be gone.
  if (!subject.locate)
    for (const { at, bytes } of written) await stand.flash.preset(at, Buffer.alloc(bytes.length));
  const seen: FlashProgress[] = [];
  const startedAt = performance.now();
  const result = await driver.write(images, { onProgress: (progress) => seen.push(progress) });
  const seconds = secondsSince(startedAt);
  for (const image of written) await assertWritten(run, stand, image);
  assert.equal(result.sizeBytes, sizeBytes);
  assert.ok(result.seconds > 0 && result.seconds <= seconds, `${result.seconds} of ${seconds} s`);
  subject.checkWrite?.(result, images);
  checkProgress(seen, images, subject.leastReports ?? 4);
  run.seen.add('write', { what: `${kib(sizeBytes)} written`, seconds });
  run.seen.add('progress', { what: `${seen.length} reports in ${kib(sizeBytes)}` });
}

async function verifies(run: ContractRun, { driver }: BoardRig): Promise<void> {
  const { written, other } = run.bench.images;
  const images = written.map(({ image }) => image);
  const startedAt = performance.now();
  await driver.verify(images);
  const seconds = secondsSince(startedAt);
  const how = verifiedByText[run.subject.verifiedBy];
  if (!abilityOf(run, 'verify')) {
    return run.seen.add('verify', {
      what: `${how}, of the last write only; before one`,
      codes: ['FLASH_UNSUPPORTED'],
    });
  }
  const { error } = await failureOf(driver.verify([...images.slice(0, -1), other.image]));
  assert.match(error.message, /^FLASH_VERIFY_MISMATCH: /);
  assertNames(run, error, other);
  run.seen.add('verify', { what: `${how}; other bytes are`, codes: ['FLASH_VERIFY_MISMATCH'], seconds });
}

async function reads(run: ContractRun, { driver }: BoardRig): Promise<void> {
  const { image, bytes } = lastImage(run);
  if (!abilityOf(run, 'read')) return isUnsupported(run, 'read', () => driver.read(image.offset, 4096));
  const sizeBytes = Math.min(bytes.length, 16 * 1024);
  const startedAt = performance.now();
  const found = await driver.read(image.offset, sizeBytes);
  assert.ok(found.equals(bytes.subarray(0, sizeBytes)), 'other bytes were read');
  run.seen.add('read', { what: `${kib(sizeBytes)} read`, seconds: secondsSince(startedAt) });
}

async function erases(run: ContractRun, { stand, driver }: BoardRig): Promise<void> {
  if (!abilityOf(run, 'erase')) return isUnsupported(run, 'erase', () => driver.erase());
  const { bytes, at, image } = lastImage(run);
  const { eraseRegion } = run.subject;
  if (eraseRegion) {
    await driver.erase(eraseRegion);
    const expected = Buffer.from(bytes);
    const from = eraseRegion.at - at;
    expected.fill(0xff, from, from + eraseRegion.sizeBytes);
    assert.ok(
      (await stand.flash.read(at, bytes.length)).equals(expected),
      'more or less than the region is erased',
    );
  } else {
    const region = { offset: image.offset, sizeBytes: 4096 };
    await isUnsupported(run, undefined, () => driver.erase(region));
  }
  const startedAt = performance.now();
  await driver.erase();
  for (const each of run.bench.images.written) {
    const found = await stand.flash.read(each.at, each.bytes.length);
    assert.ok(
      found.every((byte) => byte === 0xff),
      `${each.image.name} is still there`,
    );
  }
  run.seen.add('erase', {
    what: eraseRegion ? 'a region, or the whole chip' : 'the whole chip; a region is',
    codes: eraseRegion ? [] : ['FLASH_UNSUPPORTED'],
    seconds: secondsSince(startedAt),
  });
}

async function isUnsupported(
  run: ContractRun,
  row: 'read' | 'erase' | undefined,
  work: () => Promise<unknown>,
): Promise<void> {
  assert.match((await failureOf(work())).error.message, /^FLASH_UNSUPPORTED: /);
  if (row) run.seen.add(row, { what: 'no', codes: ['FLASH_UNSUPPORTED'] });
}

function abilityOf({ subject }: ContractRun, ability: 'verify' | 'read' | 'erase'): boolean {
  return subject.abilities.includes(ability);
}

function checkProgress(seen: FlashProgress[], images: FlashImage[], leastReports: number): void {
  const totalBytes = sizeOf(images);
  assert.ok(seen.length >= leastReports, `${seen.length} reports`);
  const names = images.map(({ name }) => name);
  assert.deepEqual([...new Set(seen.map(({ image }) => image))], names);
  assert.ok(seen.every((progress) => progress.totalBytes === totalBytes));
  assert.equal(seen.at(-1)?.doneBytes, totalBytes);
  seen.reduce((before, { doneBytes }) => {
    assert.ok(doneBytes >= before, `${doneBytes} after ${before}`);
    return doneBytes;
  }, 0);
}

function sizeOf(images: readonly FlashImage[]): number {
  return images.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

function kib(sizeBytes: number): string {
  return `${Math.round(sizeBytes / 102.4) / 10} KiB`;
}

function secondsSince(startedAt: number): number {
  return (performance.now() - startedAt) / 1000;
}
