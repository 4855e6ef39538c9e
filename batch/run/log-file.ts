import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { createStream, type RotatingFileStream } from 'rotating-file-stream';
import { withDeadline } from '../../core/deadline.js';
import { logLevels, type LogLevel } from '../../core/log-level.js';

/** Facts of an event: plain JSON. Undefined ones are left out. */
export type LogFields = Record<string, string | number | boolean | undefined>;

/** A log of what a person may want to look up later. Nothing is decided by it, so it never throws, and never holds up the run. */
export interface Log {
  error(text: string, fields?: LogFields): void;
  warn(text: string, fields?: LogFields): void;
  info(text: string, fields?: LogFields): void;
  debug(text: string, fields?: LogFields): void;
  /** Resolves when everything that could be written is written. May be called twice; what comes later is lost. */
  close(): Promise<void>;
}

export interface LogOptions {
  /** Path of the log. Its folder is made. Only one process writes it: the main one of a run. */
  file: string;
  /** What is less important is left out. */
  level: LogLevel;
  /** At this size the log is begun anew, and the old one becomes `<file>.1`, that one `<file>.2` and so on. */
  maxBytes: number;
  /** So many old ones are kept. */
  keep: number;
  /** Also on standard error, as plain text. */
  console: boolean;
  /** In place of standard error. */
  write?: (text: string) => void;
}

/** What waits to be written; a disk that does not answer must not fill the memory. */
const waitingBytes = 4 * 1024 * 1024;

/** Longest wait for what is still to be written at the end. */
const closeMs = 5000;

/** After a failure the file is tried again no sooner than this. */
const againMs = 5000;

/**
 * Opens a log. Each event is a line of JSON: `{"time":"2026-11-20T18:37:12.345Z","level":"info","text":"…", …fields}`, so that `jq` and people can read it.
 * When the file cannot be written, that is said once on standard error; it is tried again with later events.
 */
export function openLog(options: LogOptions): Log {
  const { level, write = (text) => void process.stderr.write(text) } = options;
  const wanted = logLevels.indexOf(level);
  let isClosed = false;
  let closing: Promise<void> | undefined;
  const file = openFile(options, (why) => write(`the log ${options.file} cannot be written: ${why}\n`));
  const add =
    (at: LogLevel) =>
    (text: string, fields: LogFields = {}) => {
      if (isClosed || logLevels.indexOf(at) > wanted) return;
      const time = new Date().toISOString();
      const event = { time, level: at, text: stripVTControlCharacters(text) };
      file.add(`${JSON.stringify({ ...event, ...fields, ...event })}\n`);
      if (options.console) write(plainLine(event, fields));
    };
  const close = async () => {
    isClosed = true;
    await file.close();
  };
  return {
    error: add('error'),
    warn: add('warn'),
    info: add('info'),
    debug: add('debug'),
    close: () => (closing ??= close()),
  };
}

/** `18:37:12 warn gate maxFailureRate: … station=station1` */
function plainLine({ time, level, text }: { time: string; level: string; text: string }, fields: LogFields) {
  const known = Object.entries(fields).filter(([, value]) => value !== undefined);
  const facts = known.map(([name, value]) => ` ${name}=${String(value)}`).join('');
  return `${time.slice(11, 19)} ${level.padEnd(5)} ${text}${facts}\n`;
}

function openFile({ file, maxBytes, keep }: LogOptions, onTrouble: (why: string) => void) {
  let stream: RotatingFileStream | undefined;
  let failedAt = -Infinity;
  let isSaid = false;
  let lost = 0;
  let removing: Promise<void> | undefined;
  const fail = (broken: RotatingFileStream, thrown: Error) => {
    if (stream !== broken) return;
    stream = undefined;
    failedAt = performance.now();
    if (isSaid) return;
    isSaid = true;
    onTrouble(thrown.message);
  };
  const open = () => {
    const name = basename(file);
    const opened = createStream((index) => (index ? `${name}.${String(index)}` : name), {
      path: dirname(file),
      size: `${maxBytes}B`,
      rotate: Math.max(1, keep),
    });
    opened.on('error', (thrown) => fail(opened, thrown));
    // The library keeps one old file at least.
    if (keep === 0) opened.on('rotated', (old) => void (removing = rm(old, { force: true })));
    return opened;
  };
  const add = (line: string) => {
    if (stream === undefined && performance.now() - failedAt >= againMs) stream = open();
    if (stream === undefined || stream.writableLength > waitingBytes) return void (lost += 1);
    if (lost > 0) {
      const event = { time: new Date().toISOString(), level: 'warn', text: `${lost} events were lost` };
      stream.write(`${JSON.stringify(event)}\n`);
      lost = 0;
    }
    const writing = stream;
    writing.write(line, (thrown) => {
      if (thrown) lost += 1;
      else isSaid = false;
    });
  };
  return {
    add,
    async close() {
      const last = stream;
      if (last && !last.closed) {
        const closed = once(last, 'close');
        last.end();
        // A disk that does not answer must not keep the run from ending.
        const giveUp = () => new Error('the disk does not answer');
        await withDeadline(() => closed, { timeoutMs: closeMs, onTimeout: giveUp }).catch(() => undefined);
      }
      await removing?.catch(() => undefined);
    },
  };
}
