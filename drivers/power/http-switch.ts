import { pause } from '../../core/deadline.js';
import { RigError } from '../../core/errors.js';
import type { OpenOutputOptions } from '../../gpio/line.js';
import { outputName, type HttpSwitchAddress, type Output } from '../../gpio/output.js';
import { callSwitch, quoted } from './http-call.js';

/** How long a relay may take until it says what it was told, in ms: some switch after they have answered. */
export const followMs = 1000;
const lookAgainMs = 50;
/** How long a relay may take to carry out what it was told after its answer was given up, in ms. */
const lateOnMs = 2000;

/**
 * A relay, or an outlet of a PDU, that is switched over HTTP. It is asked on opening, so that a wrong address is known before anything is switched.
 * Throws LINE_LOST, LINE_NOT_FOUND, AUTH_REFUSED, and CONFIG_INVALID for a pattern that is none.
 */
export async function openHttpSwitch(
  address: HttpSwitchAddress,
  { initial }: OpenOutputOptions,
): Promise<Output> {
  const { http } = address;
  const name = outputName(address);
  const active = patternOf(name, http.read.active);
  const inactive = http.read.inactive === undefined ? undefined : patternOf(name, http.read.inactive);
  let isClosed = false;
  /** Until when a request to switch on that was given up may still be carried out. */
  let lateOnUntil = 0;

  const call = async (what: 'on' | 'off' | 'read') => {
    if (isClosed) throw new RigError('INTERNAL_ERROR', `${name} is used after it was closed`);
    return callSwitch(http[what], http);
  };
  const look = async () => {
    const answer = await call('read');
    const isActive = active.test(answer);
    if (inactive && inactive.test(answer) === isActive)
      throw new RigError('LINE_READBACK', `${name} says neither on nor off, or both: ${quoted(answer)}`);
    return { answer, isActive };
  };
  const tell = async (wanted: boolean) => {
    const said = await call(wanted ? 'on' : 'off');
    const until = performance.now() + followMs;
    for (;;) {
      // Asked before the reading, so that the one that decides was begun after the time was up.
      const isLast = performance.now() >= until;
      const { isActive, answer } = await look();
      if (isActive === wanted) return;
      if (isLast) {
        const what = `${name} was switched ${wanted ? 'on' : 'off'}, said ${quoted(said)}, and reads ${isActive ? 'on' : 'off'}: ${quoted(answer)}`;
        throw new RigError('LINE_READBACK', what);
      }
      await pause(lookAgainMs);
    }
  };
  const switchOn = async () => {
    lateOnUntil = Number.POSITIVE_INFINITY;
    try {
      await tell(true);
      lateOnUntil = 0;
    } catch (thrown) {
      lateOnUntil = performance.now() + lateOnMs;
      throw thrown;
    }
  };
  /** Off and staying off: a relay that comes on after all is switched off again. */
  const switchOff = async () => {
    const giveUpAt = performance.now() + lateOnMs;
    await tell(false);
    while (performance.now() < Math.min(lateOnUntil, giveUpAt)) {
      await pause(lookAgainMs);
      if ((await look()).isActive) await tell(false);
    }
  };
  const write = (wanted: boolean) => (wanted ? switchOn() : switchOff());

  if (initial === 'as-is') await look();
  else await write(initial);
  return {
    address,
    write,
    read: async () => (await look()).isActive,
    close() {
      isClosed = true;
      return Promise.resolve();
    },
  };
}

function patternOf(name: string, text: string): RegExp {
  try {
    return new RegExp(text, 'm');
  } catch (cause) {
    throw new RigError('CONFIG_INVALID', `${name}: read has an invalid regular expression: ${text}`, {
      cause,
    });
  }
}
