import { RigError } from '../../core/errors.js';
import type { Meter, MeterTimes, ScpiMeterOptions } from './meter.js';
import { ConnectionGone, NoAnswer, openScpiLine, type ScpiLine } from './scpi-line.js';

const answerMs = 2000;
/** For the instrument's own word on what was wrong; it has nothing to measure for that. */
const complaintMs = 500;
/** SCPI-99 volume 1, 7.2.1: 9.9E37 stands for infinity, 9.91E37 for not a number. */
const overload = 9.9e37;

/**
 * An instrument that speaks SCPI over a raw TCP socket. It says who it is on opening; each reading asks for volts, then for amperes, one query at a time.
 * A connection that was lost is made anew once a reading, to the same instrument. Every slot has a connection of its own, so an instrument that takes one
 * only serves one slot. Throws METER_FAILED with what the instrument said.
 */
export async function openScpiMeter(options: ScpiMeterOptions, times: MeterTimes = {}): Promise<Meter> {
  const { host, port } = options.scpi;
  const where = `${host} port ${port}`;
  const timeoutMs = times.answerTimeoutMs ?? answerMs;
  let isClosed = false;

  const meet = async (): Promise<{ line: ScpiLine; name: string }> => {
    const line = await openScpiLine(host, port, timeoutMs);
    try {
      return { line, name: await identify(line, where, timeoutMs) };
    } catch (thrown) {
      line.close();
      throw failure(where, '*IDN?', timeoutMs, thrown);
    }
  };

  const first = await meet();
  let { line } = first;
  const meetAgain = async () => {
    line.close();
    const found = await meet();
    line = found.line;
    if (found.name === first.name) return;
    line.close();
    throw new RigError('METER_FAILED', `${where} is ${found.name} now, and was ${first.name} before`);
  };

  const measure = async (query: string): Promise<number> => {
    let answer: string;
    try {
      answer = await line.ask(query, timeoutMs);
    } catch (thrown) {
      const said = thrown instanceof NoAnswer ? ((await complaintOf(line)) ?? '') : '';
      // An answer that still comes would be taken for that to the next query.
      line.close();
      if (thrown instanceof NoAnswer) throw failure(where, query, timeoutMs, thrown, said);
      throw thrown;
    }
    return valueOf(answer) ?? (await refuse(query, answer));
  };
  const refuse = async (query: string, answer: string): Promise<never> => {
    const isOverload = Math.abs(Number(answer)) >= overload;
    const what = isOverload ? ', which means overload or no value' : ', which is no number';
    const said = isOverload ? '' : await complaintOf(line);
    // Its complaint may still come, and is no answer to the next query.
    if (said === undefined) line.close();
    throw new RigError(
      'METER_FAILED',
      `${where} answered ${query} with ${JSON.stringify(answer.slice(0, 80))}${what}${said ?? ''}`,
    );
  };

  const readOnce = async () => {
    const railVolts = await measure(options.volts);
    return options.amps === undefined ? { railVolts } : { railVolts, railAmps: await measure(options.amps) };
  };
  const readAny = async () => {
    if (isClosed) throw new RigError('METER_FAILED', `the connection to ${where} was closed`);
    if (!line.isOpen) {
      await meetAgain();
      return readOnce();
    }
    try {
      return await readOnce();
    } catch (thrown) {
      if (!(thrown instanceof ConnectionGone) || isClosed) throw thrown;
      await meetAgain();
      return readOnce();
    }
  };
  const read = async () => {
    try {
      return await readAny();
    } catch (thrown) {
      throw failure(where, options.volts, timeoutMs, thrown);
    }
  };
  const close = async () => {
    isClosed = true;
    line.close();
  };
  try {
    await read();
  } catch (thrown) {
    await close();
    throw thrown;
  }
  return { read, close };
}

/** IEEE 488.2, 10.14: maker, model, serial number and version, with commas between. */
async function identify(line: ScpiLine, where: string, timeoutMs: number): Promise<string> {
  const answer = await line.ask('*IDN?', timeoutMs);
  if (/^[^,]+,[^,]+,[^,]*,/.test(answer)) return answer;
  const said = JSON.stringify(answer.slice(0, 80));
  throw new RigError('METER_FAILED', `${where} answered *IDN? with ${said}; that is no instrument`);
}

/** A number as SCPI writes it: `+4.98712E+00`, `0.08`, `5`. */
function valueOf(answer: string): number | undefined {
  const text = answer.trim();
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(E[+-]?\d+)?$/i.test(text)) return undefined;
  const value = Number(text);
  return Math.abs(value) < overload ? value : undefined;
}

/** What stands in the instrument's queue of errors; empty when it says nothing of use, undefined when it does not answer. */
async function complaintOf(line: ScpiLine): Promise<string | undefined> {
  const said = await line.ask('SYST:ERR?', complaintMs).catch(() => undefined);
  if (said === undefined) return undefined;
  return /^[+-]?\d+,/.test(said) && !/^[+-]?0,/.test(said) ? `; SYST:ERR? says ${said.slice(0, 120)}` : '';
}

function failure(where: string, query: string, timeoutMs: number, thrown: unknown, said = ''): RigError {
  if (thrown instanceof RigError) return thrown;
  const what =
    thrown instanceof NoAnswer
      ? `did not answer ${query} within ${timeoutMs / 1000} s${said}`
      : 'closed the connection instead of answering';
  return new RigError('METER_FAILED', `${where} ${what}`, { cause: thrown });
}
