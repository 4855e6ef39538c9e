import type { ControlEvent, GateEvent, WaveEvent } from '../../core/batch-record.js';
import { limitsText, type Measurement } from '../../core/measurement.js';
import type { Outcome } from '../../core/outcome.js';
import { unitId } from '../../core/record.js';
import type { RunEvent } from '../../core/run-event.js';
import { isSafe } from '../../core/run-record.js';
import type { JournalData, JournalType } from '../journal/journal-entries.js';
import type { Log, LogFields } from './log-file.js';

/** A line that the journal has got. */
export type RunEntry = { [Type in JournalType]: { type: Type; data: JournalData[Type] } }[JournalType];

/** What a log hears of a run. Each function returns one that ends it. */
export interface LogFeed {
  onEvent(listener: (event: RunEvent) => void): () => void;
  /** Without it the log knows slots, but no units, waves and gates. */
  onEntry?(listener: (entry: RunEntry) => void): () => void;
}

type Level = 'error' | 'warn' | 'info' | 'debug';

/** What a good end is worth, and what one that somebody has to act on. */
const levelOf: Record<Outcome, Level> = {
  pass: 'info',
  fail: 'warn',
  error: 'error',
  aborted: 'warn',
  skipped: 'info',
};

/**
 * Writes what happens in a run into the log: attempts, waves, checkpoints and what was decided as `info`; failed units, gates and stops as `warn`; what the
 * rig is to blame for, and power that is not off, as `error`; steps, devices and measurements as `debug`. Progress is not written. Returns what ends it.
 */
export function logRunEvents(log: Log, feed: LogFeed): () => void {
  /** Which unit is in a slot, from the beginning of an attempt to that of the next. */
  const units = new Map<string, LogFields>();
  const ends = [
    feed.onEvent((event) => {
      const place = `${event.station}/${event.slot}`;
      const where = { station: event.station, slot: event.slot, ...units.get(place) };
      logEvent(log, event, where);
    }),
    feed.onEntry?.((entry) => {
      if (entry.type === 'attempt-start') {
        const { station, slot, unit, serial, wave } = entry.data;
        units.set(`${station}/${slot}`, { unit, serial, wave });
      }
      logEntry(log, entry);
    }),
  ];
  return () => ends.forEach((end) => end?.());
}

function logEvent(log: Log, event: RunEvent, where: LogFields): void {
  switch (event.type) {
    case 'lease':
      return log.info(`attempt ${event.attempt} begins`, where);
    case 'waits':
      return log.info(`the station waits for its operator: ${event.what}`, where);
    case 'cut':
      return log.error(`power was cut: ${event.what}`, { ...where, code: event.code });
    case 'step':
      return log.debug(stepText(event), where);
    case 'device':
      return log.debug(`found ${event.device.description}`, { ...where, id: unitId(event.device) });
    case 'touched':
      return log.debug('its flash is written from here on', where);
    case 'measurement':
      return log.debug(measurementText(event.measurement), { ...where, result: event.measurement.result });
    case 'outcome': {
      const { outcome, code, message, seconds } = event;
      const why = message === undefined ? '' : `: ${message}`;
      return log[levelOf[outcome]](`${outcome}${why}`, { ...where, outcome, code, seconds });
    }
    case 'progress':
      return undefined;
  }
}

function stepText({ step, state, result }: RunEvent & { type: 'step' }): string {
  return state === 'begin' ? `step ${step} begins` : `step ${step} ends: ${result ?? 'pass'}`;
}

function measurementText({ name, value, unit, limits }: Measurement): string {
  const bounds = limitsText(limits);
  return `${name} = ${String(value)}${unit && ` ${unit}`}${bounds && ` (limits ${bounds})`}`;
}

function logEntry(log: Log, { type, data }: RunEntry): void {
  switch (type) {
    case 'run':
      return log.info(`run ${data.runId} begins`, { host: data.host, pid: data.pid, batch: data.batch });
    case 'batch':
      log.info(`batch ${data.id}: ${data.pending} of ${data.units} units are to be done`, {
        strategy: data.strategy,
        programme: data.programme,
      });
      for (const notice of data.notices) log.warn(notice);
      for (const input of data.changed) log.warn(`changed since the run before: ${input}`);
      if (data.inHand.length > 0)
        log.warn(`in hand when the run before died: units ${data.inHand.join(', ')}`);
      return undefined;
    case 'wave':
      return logWave(log, data);
    case 'gate':
      return logGate(log, data);
    case 'control':
      return logControl(log, data);
    case 'checkpoint':
      return log.info(`checkpoint ${data.id}: ${data.done} of ${data.units} units are done`);
    case 'safe': {
      if (isSafe(data)) return log.debug('every output was read back as off');
      const lines = data.lines.filter(({ state }) => state !== 'inactive');
      return log.error(`not off: ${lines.map(({ line, state }) => `${line} (${state})`).join(', ')}`);
    }
    case 'run-end':
      return log.info(`the run has ended: ${data.status}`, { ...data.attempts });
    // Told by the events of their slots.
    case 'attempt-start':
    case 'attempt-device':
    case 'attempt':
      return undefined;
  }
}

function logWave(log: Log, event: WaveEvent): void {
  if (event.state === 'begin') return log.info(`wave ${event.wave} begins`);
  const { wave, units, successRate, verdict, rollback } = event;
  const text = `wave ${wave} has ${verdict}: ${successRate} % of ${units.length} units passed`;
  if (verdict === 'passed') log.info(text);
  else log.warn(rollback ? `${text}; its units are given back what they held` : text);
}

function logGate(log: Log, { gate, then, why }: GateEvent): void {
  log[then === 'stop' ? 'error' : 'warn'](`gate ${gate}: ${why}`, { then });
}

function logControl(log: Log, { what, by, why }: ControlEvent): void {
  log[by === 'gate' ? 'warn' : 'info'](`${what} by the ${by}${why && `: ${why}`}`);
}
