import { stripVTControlCharacters } from 'node:util';
import type {
  FullConfig,
  FullResult,
  Reporter,
  Suite,
  TestCase,
  TestError,
  TestResult,
} from '@playwright/test/reporter';
import type { AttemptRecord } from '../core/record.js';
import type { RunEvent } from '../core/run-event.js';
import { paintFor, plainPaint, type Paint } from './colours.js';
import { finalBlock, notGood } from './final-block.js';
import { createGrid } from './grid-state.js';
import { gridLines, placeOf } from './grid-view.js';
import { createPlainLines } from './plain-lines.js';
import { whenRunStarts, type RunFeed } from './run-feed.js';
import { createScreen, type Screen } from './screen.js';
import { errorText, testTitle, untoldErrors } from './test-errors.js';

const frameMs = 100;

/**
 * Shows a run in the terminal: a grid with a line a slot, drawn in place; plain lines when the output is not a terminal. Fed by the
 * coordinator's events; Playwright says what tests there are and how they ended. Errors that no record tells are shown whole.
 */
export default class LiveReporter implements Reporter {
  private readonly grid = createGrid();
  private readonly plainLine = createPlainLines();
  private readonly paint: Paint = paintFor(process.stdout, process.env);
  private readonly screen: Screen | undefined;
  private readonly startedMs = performance.now();
  private readonly claimed = new Set<AttemptRecord>();
  private feed: RunFeed | undefined;
  private suite: Suite | undefined;
  private timer: NodeJS.Timeout | undefined;
  private drawnSecond = -1;
  private changed = false;
  private unfinishedLine = '';

  constructor() {
    const terminal = process.stdout.isTTY && process.env['TERM'] !== 'dumb';
    this.screen = terminal ? createScreen(process.stdout) : undefined;
  }

  printsToStdio(): boolean {
    return true;
  }

  onBegin(_config: FullConfig, suite: Suite): void {
    this.suite = suite;
    for (const test of suite.allTests()) {
      const place = slotOf(test);
      if (place) this.grid.add(place.station, place.slot);
    }
    whenRunStarts((feed) => {
      this.feed = feed;
      for (const { station, slot } of feed.batch?.places ?? []) this.grid.add(station, slot);
      feed.onEvent((event) => this.onRunEvent(event));
    });
    if (this.screen === undefined) {
      const tests = suite.allTests().length;
      const slots = this.grid.rows.length;
      this.print(slots > 0 ? `${tests} tests in ${slots} slots` : `${tests} tests`);
      return;
    }
    this.timer = setInterval(() => this.drawWhenDue(), frameMs);
    this.timer.unref();
    this.changed = true;
    this.drawWhenDue();
  }

  onTestEnd(test: TestCase, result: TestResult): void {
    const errors = untoldErrors(result, this.recordOf(test, result));
    if (errors.length === 0) return;
    const title = this.paint('red', testTitle(test));
    this.print(`\n  ${title}\n\n${errors.map((error) => this.errorText(error)).join('\n\n')}\n`);
  }

  onError(error: TestError): void {
    this.print(`\n${this.errorText(error)}\n`);
  }

  onStdOut(chunk: string | Buffer): void {
    this.passOn(chunk);
  }

  onStdErr(chunk: string | Buffer): void {
    this.passOn(chunk);
  }

  /** A retry that passed with another board in the nest does not make the first one good: then the run has failed, whatever Playwright counts. */
  async onEnd(result: FullResult): Promise<{ status: FullResult['status'] }> {
    clearInterval(this.timer);
    this.passOn(this.unfinishedLine === '' ? '' : '\n');
    if (this.screen && this.grid.rows.length > 0) this.draw();
    process.stdout.write(finalBlock(this.feed, this.suite?.allTests() ?? [], result, this.paint));
    const verdict = this.feed?.batch?.verdict();
    // A batch is good when it is within its gates, also with units that are not; a run that was cut off is good in no case.
    if (verdict && (result.status === 'passed' || result.status === 'failed'))
      return { status: verdict.isGood ? 'passed' : 'failed' };
    const isBad = notGood(this.feed?.records() ?? []).some(({ outcome }) => outcome !== 'skipped');
    return { status: isBad && result.status === 'passed' ? 'failed' : result.status };
  }

  private onRunEvent(event: RunEvent): void {
    const now = performance.now();
    const row = this.grid.apply(event, now);
    this.changed = true;
    if (this.screen) return;
    const line = this.plainLine(event, row, placeOf(row, this.grid.rows), now);
    if (line !== undefined) this.print(`${this.elapsedSeconds().toFixed(1).padStart(6)}s  ${line}`);
  }

  /** The record of the attempt that has just ended: the last one of its slot, unless an earlier result has claimed it. */
  private recordOf(test: TestCase, result: TestResult): AttemptRecord | undefined {
    const place = slotOf(test);
    const number = unitOf(result);
    const isOfTest = ({ station, slot, programme, unit }: AttemptRecord) =>
      programme === test.title &&
      (number === undefined ? station === place?.station && slot === place.slot : unit === number);
    const record = this.feed?.records().findLast(isOfTest);
    if (record === undefined || this.claimed.has(record)) return undefined;
    this.claimed.add(record);
    return record;
  }

  /** Playwright colours its errors always. */
  private errorText(error: TestError): string {
    const text = errorText(error);
    return this.paint === plainPaint ? stripVTControlCharacters(text) : text;
  }

  private elapsedSeconds(): number {
    return (performance.now() - this.startedMs) / 1000;
  }

  private drawWhenDue(): void {
    const second = Math.floor(this.elapsedSeconds());
    if (!this.changed && second === this.drawnSecond) return;
    this.changed = false;
    this.drawnSecond = second;
    this.draw();
  }

  private draw(): void {
    const { columns = 80, rows = 24 } = process.stdout;
    const progress = this.feed?.batch?.progress();
    const options = { paint: this.paint, columns, lines: rows - 1, elapsedSeconds: this.elapsedSeconds() };
    this.screen?.draw(gridLines(this.grid.rows, { ...options, ...(progress && { progress }) }));
  }

  /** What tests print, in whole lines, so that it does not run into ours. */
  private passOn(chunk: string | Buffer): void {
    const text = this.unfinishedLine + chunk.toString();
    const end = text.lastIndexOf('\n') + 1;
    this.unfinishedLine = text.slice(end);
    if (end > 0) this.print(text.slice(0, end));
  }

  private print(text: string): void {
    if (this.screen) this.screen.print(text);
    else process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
  }
}

/** Number of the unit of a batch that the test was given. */
function unitOf({ annotations }: TestResult): number | undefined {
  const given = annotations.find(({ type }) => type === 'unit')?.description;
  return given === undefined ? undefined : Number(given);
}

/** `eachUnit` tags its tests with their station, which is their project, and then their slot; other tests have no such tags. */
function slotOf(test: TestCase): { station: string; slot: string } | undefined {
  const station = test.parent.project()?.name ?? '';
  const at = test.tags.indexOf(`@${station}`);
  const slot = at === -1 ? undefined : test.tags[at + 1]?.slice(1);
  return slot === undefined ? undefined : { station, slot };
}
