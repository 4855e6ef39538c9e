import { join, relative } from 'node:path';
import type { FullResult, TestCase } from '@playwright/test/reporter';
import { unitName, type AttemptRecord } from '../core/record.js';
import type { Paint } from './colours.js';
import type { BatchFeed, RunFeed } from './run-feed.js';
import { durationText, oneLine, remedyFor } from './text.js';
import { unitsOfRecords } from './units.js';

/** What the reporter prints last: each unit that is not good, with what to do; the counts; where the reports are. */
export function finalBlock(
  feed: RunFeed | undefined,
  tests: readonly TestCase[],
  result: FullResult,
  paint: Paint,
): string {
  const blocks = [
    ...(feed ? notGood(feed.records()).map((record) => unitBlock(record, feed, paint)) : []),
    ...(feed?.warnings() ?? []).map((warning) => paint('yellow', `  warning: ${warning}`)),
    feed?.batch ? batchBlock(feed.batch, result, paint) : counts(tests, result, paint),
    feed ? paths(feed, paint) : '',
  ];
  return `\n${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

/** The last attempt at each unit that did not pass, in the order of the slots: also at one whose nest another board has taken since. */
export function notGood(records: readonly AttemptRecord[]): AttemptRecord[] {
  return unitsOfRecords(records)
    .map(({ last }) => last)
    .filter(({ outcome }) => outcome !== 'pass');
}

function unitBlock(record: AttemptRecord, { resultsFolder }: RunFeed, paint: Paint): string {
  const { station, slot, failure, outcome, consoleLog } = record;
  const who = unitName(record) === slot ? '' : `  ${unitName(record)}`;
  const colour = outcome === 'fail' || outcome === 'error' ? 'red' : 'yellow';
  const where = failure?.step ? ` in ${failure.step}` : '';
  const lines = [`  ${paint(colour, `${station} ${slot}`)}${who}  ${outcome}${where}`];
  if (failure) lines.push(`    ${paint('bold', failure.code)}: ${oneLine(failure.message)}`);
  const remedy = remedyFor(failure?.code ?? '');
  if (remedy) lines.push(`    ${paint('cyan', 'do:')} ${remedy}`);
  if (consoleLog) lines.push(paint('dim', `    ${relative('.', join(resultsFolder, consoleLog))}`));
  return lines.join('\n');
}

/** In Playwright's words and order. */
function counts(tests: readonly TestCase[], { status, duration }: FullResult, paint: Paint): string {
  const kinds = tests.map(kindOf);
  const count = (kind: ReturnType<typeof kindOf>) => kinds.filter((each) => each === kind).length;
  const took = paint('dim', ` (${durationText(duration / 1000)})`);
  const lines = [
    [count('failed'), 'failed', 'red'],
    [count('interrupted'), 'interrupted', 'yellow'],
    [count('flaky'), 'flaky', 'yellow'],
    [count('skipped'), 'skipped', 'yellow'],
    [count('did not run'), 'did not run', 'yellow'],
    [count('passed'), 'passed', 'green'],
  ] as const;
  const shown = lines.filter(([number]) => number > 0);
  const said = shown.map(([number, word, colour]) => paint(colour, `  ${number} ${word}`));
  if (status === 'timedout') said.push(paint('red', '  the time limit of the whole run was reached'));
  const last = said.pop() ?? paint('yellow', '  nothing ran');
  return [...said, `${last}${took}`].join('\n');
}

function kindOf(test: TestCase): 'failed' | 'interrupted' | 'flaky' | 'skipped' | 'did not run' | 'passed' {
  const outcome = test.outcome();
  if (outcome === 'expected') return 'passed';
  if (outcome === 'unexpected') return 'failed';
  if (outcome === 'flaky') return 'flaky';
  if (test.results.some(({ status }) => status === 'interrupted')) return 'interrupted';
  return test.results.length === 0 || test.expectedStatus !== 'skipped' ? 'did not run' : 'skipped';
}

/** What became of the batch as a whole, with the runs before this one. */
function batchBlock(
  { id, progress, verdict }: BatchFeed,
  { status, duration }: FullResult,
  paint: Paint,
): string {
  const { units, passed, notPassed, refused } = progress();
  const { isGood, why } = verdict();
  const counts = [
    `${passed + notPassed} of ${units} units done`,
    `${passed} passed`,
    ...(notPassed > 0 ? [`${notPassed} did not`] : []),
    ...(refused > 0 ? [`${refused} skipped, since the release is not for them`] : []),
    ...(status === 'interrupted' ? ['interrupted'] : []),
  ];
  const head = `  batch ${id}: ${counts.join(', ')} (${durationText(duration / 1000)})`;
  const lines = why.map((each) => paint('yellow', `    ${oneLine(each)}`));
  return [paint(isGood ? 'green' : 'red', head), ...lines].join('\n');
}

function paths(feed: RunFeed, paint: Paint): string {
  const files = feed.files();
  const shown = files ? { summary: files.summary, report: files.report } : { results: feed.resultsFolder };
  const lines = Object.entries(shown).map(([name, path]) => `  ${name.padEnd(8)} ${relative('.', path)}`);
  return paint('dim', lines.join('\n'));
}
