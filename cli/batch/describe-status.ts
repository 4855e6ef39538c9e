import type { WaveEvent } from '../../core/batch-record.js';
import type { BatchStatus } from '../../batch/order/batch-status.js';
import type { StatusReport } from './status-report.js';

const states: Record<BatchStatus['state'], string> = {
  created: 'made, not started: `rig batch start` starts it',
  running: 'running',
  paused: 'paused: `rig batch resume` goes on',
  cancelled: 'cancelled',
  died: 'DIED: `rig batch resume` goes on with it',
  stopped: 'stopped before its end: `rig batch resume` goes on with it',
  complete: 'complete',
};

/** What `rig batch status` prints: the lines of the block that `--follow` keeps up to date. */
export function describeStatus(status: StatusReport): string[] {
  const { inHand, waves, gates, notices, startedAt, lastAt, verdict } = status;
  return [
    headline(status),
    ...(startedAt === undefined ? [] : [`  ${countsText(status)}`]),
    ...(inHand.length > 0 ? [`  in hand: ${inHand.join(', ')}`] : []),
    ...waves.filter((wave, index) => wave.state === 'end' || index === waves.length - 1).map(waveText),
    ...gates.map(({ gate, then, why }) => `  gate ${gate}: ${why} (${then})`),
    ...notices.map((notice) => `  notice: ${notice}`),
    ...(startedAt === undefined ? [] : [`  started ${startedAt}, last ${lastAt ?? startedAt}`]),
    ...(verdict ? [`  verdict: ${verdict.isGood ? 'good' : 'NOT GOOD'}`] : []),
    ...(verdict?.why.map((why) => `    ${why}`) ?? []),
  ];
}

/** `station1-50: running, pid 4222`. */
export function headline({ id, state, pid }: BatchStatus): string {
  return `${id}: ${states[state]}${pid === undefined ? '' : `, pid ${pid}`}`;
}

/** One line, for a log: what changes while a batch runs. */
export function statusLine(status: BatchStatus): string {
  const { id, state, inHand, waves } = status;
  const wave = waves.at(-1);
  const where = wave ? `, wave ${wave.wave}${wave.state === 'end' ? ` ${wave.verdict}` : ''}` : '';
  return `${id} ${state}: ${countsText(status)}${where}${inHand.length > 0 ? `, in hand ${inHand.join(' ')}` : ''}`;
}

function countsText({ units, passed, failed, errors, refused, rolledBack, pending }: BatchStatus): string {
  const counts: [number, string][] = [
    [failed, 'failed'],
    [errors, 'with an error of the rig'],
    [refused, 'refused'],
    [rolledBack, 'given back what they held'],
  ];
  const others = counts.flatMap(([count, what]) => (count === 0 ? [] : [`${count} ${what}`]));
  return [`${units} units: ${passed} passed`, ...others, `${pending} to do`].join(', ');
}

function waveText(wave: WaveEvent): string {
  if (wave.state === 'begin') return `  wave ${wave.wave}: under way`;
  const { units, successRate, verdict, rollback } = wave;
  const then = rollback ? '; its units are given back what they held' : '';
  return `  wave ${wave.wave}: ${verdict}, ${successRate.toFixed(1)} % of ${units.length} units passed${then}`;
}
