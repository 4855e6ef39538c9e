import type { RigError } from '../../core/errors.js';
import { outcomeFor } from '../../core/outcome.js';
import type {
  AttemptDevice,
  AttemptHeader,
  AttemptRecord,
  DeviceIdentity,
  StepRecord,
} from '../../core/record.js';
import type { RunEvent } from '../../core/run-event.js';

/** What the coordinator itself knows of an attempt: the record, when the worker that should write it is gone. */
export interface DraftRecord {
  note(event: RunEvent): void;
  /** What the board has said of itself; undefined until then. */
  device(): AttemptDevice | undefined;
  /** The record with this error as its failure, in the step that is open. */
  failed(error: RigError): AttemptRecord;
}

export interface KnownOfAttempt {
  /** What it set out to prove; `release` unless told. */
  proof?: AttemptRecord['proof'] | undefined;
  /** Left out for an attempt that never had its slot. */
  consoleLog?: string;
}

export function draftRecord(header: AttemptHeader, known: KnownOfAttempt): DraftRecord {
  const { proof = 'release', consoleLog } = known;
  const steps: StepRecord[] = [];
  const measurements: AttemptRecord['measurements'] = [];
  let device: DeviceIdentity | undefined;
  let isTouched = false;
  const open: { name: string; startedAt: string }[] = [];
  const path = () => open.map(({ name }) => name).join(' › ');

  const closeStep = (result: StepRecord['result']) => {
    const name = path();
    const step = open.pop();
    if (step) steps.push({ name, startedAt: step.startedAt, endedAt: new Date().toISOString(), result });
  };
  return {
    note(event) {
      if (event.type === 'measurement') measurements.push(event.measurement);
      if (event.type === 'device') device = event.device;
      if (event.type === 'touched' || event.type === 'progress') isTouched = true;
      if (event.type !== 'step') return;
      if (event.state === 'begin') open.push({ name: event.step, startedAt: new Date().toISOString() });
      else closeStep(event.result ?? 'fail');
    },
    device: () => device && { attemptId: header.attemptId, device, proof, ...(consoleLog && { consoleLog }) },
    failed(error) {
      const { code, blame, category } = error;
      const failure = { code, blame, category, message: error.message.slice(code.length + 2), step: path() };
      while (open.length > 0) closeStep('fail');
      const endedAt = new Date().toISOString();
      const outcome = outcomeFor(blame);
      const seen = {
        ...(device && { device }),
        ...(consoleLog && { consoleLog }),
        ...(isTouched && { flashState: 'unproved' as const }),
      };
      return { ...header, endedAt, outcome, failure, ...seen, steps, measurements, proof };
    },
  };
}
