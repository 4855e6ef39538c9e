import { test } from 'node:test';
import type { ContractOptions, LineHost, RegisterCase } from './contract/host.js';
import { inputCases } from './contract/input-cases.js';
import { outputCases } from './contract/output-cases.js';
import { notApplicable } from './contract/page.js';
import { processCases } from './contract/process-cases.js';
import { refusalCases } from './contract/refusal-cases.js';
import { columns } from './contract/rows.js';
import { openSeen, type SeenRows } from './contract/seen.js';

export type { LineHost } from './contract/host.js';
export { listen } from './contract/listen.js';

/** One backend on one kind of chip. */
export interface LineSubject extends ContractOptions {
  /** A column of the table in docs/gpio.md, or something that the table leaves out. */
  name: string;
  /** Gives a fresh host. */
  start: () => Promise<LineHost>;
}

/** What every line backend keeps. Afterwards the table in docs/gpio.md is held against what was seen. */
export function lineContract(...subjects: LineSubject[]): void {
  const all = subjects.map((subject) => ({ ...subject, seen: seenOf(subject) }));
  for (const { seen, ...subject } of all) oneProcess(subject, seen);
  const withProcesses = all.filter(({ without = {} }) => !('killed' in without));
  if (withProcesses.length > 0) processCases(withProcesses);
  for (const { name, seen } of all) {
    if (seen !== undefined) void test(`${name}: docs/gpio.md says what was seen`, () => seen.settle());
  }
}

function seenOf({ name }: LineSubject): SeenRows | undefined {
  const column = columns.find((each) => each === name);
  return column === undefined ? undefined : openSeen(column);
}

function oneProcess({ name, start, without = {} }: LineSubject, seen: SeenRows | undefined): void {
  const contract: RegisterCase = (row, behaviour, body) => {
    const reason = without[row];
    if (reason !== undefined) seen?.add(row, { what: `${notApplicable}${reason}`, codes: [] });
    void test(`${name}: ${behaviour}`, { timeout: 20_000, skip: reason ?? false }, async (t) => {
      const found = await onFreshHost(start, (given) => body({ ...given, t }));
      if (found !== undefined) seen?.add(row, found);
    });
  };
  outputCases(contract);
  inputCases(contract);
  refusalCases(contract);
}

async function onFreshHost<T>(
  start: () => Promise<LineHost>,
  work: (given: { host: LineHost; backend: Awaited<ReturnType<LineHost['open']>> }) => Promise<T>,
): Promise<T> {
  const host = await start();
  try {
    const backend = await host.open();
    try {
      return await work({ host, backend });
    } finally {
      await backend.close();
    }
  } finally {
    await host.close();
  }
}
