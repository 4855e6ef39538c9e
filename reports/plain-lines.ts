import { unitId } from '../core/record.js';
import type { RunEvent } from '../core/run-event.js';
import type { GridRow } from './grid-state.js';
import { durationText, oneLine } from './text.js';

/** Says what happens in a slot in one line, for logs; undefined for what is not worth one. */
export type PlainLines = (event: RunEvent, row: GridRow, place: string, atMs: number) => string | undefined;

/** A step that passed sooner is not worth a line. */
const tellSeconds = 2;

export function createPlainLines(): PlainLines {
  const stepBegan = new Map<string, number>();
  const saidOf = new Map<string, string>();
  /** What holds for every slot of a station is worth one line. */
  const once = (station: string, what: string): string | undefined => {
    if (saidOf.get(station) === what) return undefined;
    saidOf.set(station, what);
    return `${station}  ${what}`;
  };
  return (event, row, place, atMs) => {
    const key = `${event.station} ${event.slot}`;
    const text = (what: string) => `${place}  ${what}`;
    switch (event.type) {
      case 'waits':
        if (event.for === 'slot') return text(`waits: ${event.what}`);
        return once(event.station, `waits: ${event.what}`);
      case 'cut':
        return once(event.station, `POWER CUT ${event.code}: ${oneLine(event.what)}`);
      case 'lease':
        saidOf.delete(event.station);
        return text(`starts${unitText(event)}${event.attempt > 1 ? ` attempt ${event.attempt}` : ''}`);
      case 'device':
        return text(`is ${unitId(event.device) ?? 'a board without an id'} (${event.device.description})`);
      case 'step': {
        const depth = row.steps.length - (event.state === 'begin' ? 1 : 0);
        if (depth > 0) return undefined;
        if (event.state === 'begin') {
          stepBegan.set(key, atMs);
          return undefined;
        }
        const seconds = (atMs - (stepBegan.get(key) ?? atMs)) / 1000;
        if (event.result === 'pass' && seconds < tellSeconds) return undefined;
        return text(
          `${event.step} ${event.result === 'pass' ? 'passed' : 'failed'} (${durationText(seconds)})`,
        );
      }
      case 'outcome': {
        const took = `(${durationText(event.seconds)})`;
        if (event.outcome === 'pass')
          return text(`PASSED ${row.attempt > 1 ? `on attempt ${row.attempt} ` : ''}${took}`);
        const why = event.code ? ` ${event.code}: ${oneLine(event.message ?? '')}` : '';
        return text(`${event.outcome.toUpperCase()}${why} ${took}`);
      }
      default:
        return undefined;
    }
  };
}

function unitText({ unit }: { unit?: number }): string {
  return unit === undefined ? '' : ` unit ${unit}`;
}
