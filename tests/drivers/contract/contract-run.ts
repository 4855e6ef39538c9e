import assert from 'node:assert/strict';
import type { ErrorCode } from '../../../core/error-catalogue.js';
import { RigError } from '../../../core/errors.js';
import type { BoardStand } from '../board-stand.js';
import { failureOf } from '../flash-rig.js';
import type { SeenRows } from './seen.js';
import { usualCodes, usualLimits, type ContractSubject, type FailingRow, type TestImage } from './subject.js';
import { fairLimit, momentNow, type Moment } from './stopwatch.js';
import type { SubjectBench } from './subject-bench.js';

/** What every group of cases works with. */
export interface ContractRun {
  subject: ContractSubject;
  bench: SubjectBench;
  seen: SeenRows;
}

/** The image in which interruptions happen. */
export function lastImage({ bench }: ContractRun): TestImage {
  const last = bench.images.written.at(-1);
  if (last === undefined) throw new Error('a subject needs at least one image');
  return last;
}

export async function inFlash(
  { subject }: ContractRun,
  stand: BoardStand,
  image: TestImage,
): Promise<Buffer> {
  return subject.locate ? subject.locate(stand, image) : stand.flash.read(image.at, image.bytes.length);
}

export async function assertWritten(run: ContractRun, stand: BoardStand, image: TestImage): Promise<void> {
  const found = await inFlash(run, stand, image);
  assert.ok(
    found.equals(image.bytes),
    `${image.image.name} is not what is in flash at 0x${image.at.toString(16)}`,
  );
}

/** Fails when the places of the images hold other bytes afterwards. */
export async function assertUntouched(
  { bench }: ContractRun,
  stand: BoardStand,
  work: () => Promise<void>,
): Promise<void> {
  const all = () =>
    Promise.all(bench.images.written.map(({ at, bytes }) => stand.flash.read(at, bytes.length)));
  const before = await all();
  await work();
  for (const [index, bytes] of (await all()).entries()) {
    assert.ok(before[index]?.equals(bytes), 'something was written');
  }
}

/** The codes that are good in a row. */
export function goodCodes({ subject }: ContractRun, row: FailingRow): readonly ErrorCode[] {
  return subject.codes?.[row] ?? usualCodes[row];
}

function limitMs({ subject }: ContractRun, row: FailingRow): number {
  return (subject.limits?.[row] ?? usualLimits[row]) + (subject.startUpMs ?? 0);
}

/** Waits for a failure that the row allows, notes it with the time since `since`, and holds the time to the row's limit. */
export async function failsAs(
  run: ContractRun,
  row: FailingRow,
  work: Promise<unknown>,
  { what, since }: { what: string; since: () => Moment | undefined },
): Promise<RigError> {
  const { error } = await failureOf(work);
  const [from, to] = [since(), momentNow()];
  const code = codeIn(run, row, error);
  assert.ok(from, `it failed before that could happen: ${error.message}`);
  const ms = to.at - from.at;
  const most = fairLimit(limitMs(run, row), from, to);
  assert.ok(ms < most, `${Math.round(ms)} ms, and not ${Math.round(most)}: ${error.message}`);
  run.seen.add(row, { what, codes: [code], seconds: ms / 1000 });
  return error as RigError;
}

export function codeIn(run: ContractRun, row: FailingRow, error: unknown): ErrorCode {
  assert.ok(error instanceof RigError, String(error));
  assert.ok(goodCodes(run, row).includes(error.code), error.message);
  return error.code;
}

/** Errors name the image and, where the tool says it, an address in it. */
export function assertNames({ subject }: ContractRun, { message }: Error, { image }: TestImage): void {
  assert.ok(message.includes(image.name), message);
  if (subject.namesAddress === false) return;
  const { offset, sizeBytes } = image;
  const addresses = [...message.matchAll(/\b0x[0-9a-f]+\b/gi)].map(([text]) => Number(text));
  assert.ok(
    addresses.some((address) => offset <= address && address <= offset + sizeBytes),
    message,
  );
}
