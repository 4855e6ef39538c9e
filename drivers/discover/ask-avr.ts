import { avrChips } from '../../firmware/avr-chips.js';
import type { Link } from '../link/link.js';
import { exchange } from './exchange.js';
import type { LoaderFound } from './loader-found.js';

const getSync = [0x30, 0x20];
const readSignature = [0x75, 0x20];
const leave = [0x51, 0x20];
const inSync = Buffer.from([0x14, 0x10]);
const answerMs = 150;
const tries = 3;

/** Asks for a loader that speaks STK500v1, as optiboot does, and lets it go into its firmware. Undefined when none answers within 0.5 s. */
export async function askAvrLoader(link: Link, signal: AbortSignal): Promise<LoaderFound | undefined> {
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const isWhole = (heard: Buffer) => heard.includes(inSync);
    if (!isWhole(await exchange(link, getSync, { timeoutMs: answerMs, isWhole, signal }))) continue;
    const isSignature = (heard: Buffer) => signatureIn(heard) !== undefined;
    const answer = await exchange(link, readSignature, { timeoutMs: answerMs, isWhole: isSignature, signal });
    const signature = signatureIn(answer);
    if (signature === undefined) continue;
    await exchange(link, leave, { timeoutMs: answerMs, isWhole, signal });
    const chip = avrChips.find((each) => Buffer.from(each.signature).equals(signature));
    const text = `signature ${signature.toString('hex')}`;
    return {
      loader: 'avr',
      ...(chip && { chip: chip.chip }),
      description: `${chip?.description ?? 'AVR'}, ${text}`,
    };
  }
  return undefined;
}

/** Three bytes between the loader's two marks; a late answer to an earlier question may stand before them. */
function signatureIn(heard: Buffer): Buffer | undefined {
  for (let at = heard.length - 5; at >= 0; at -= 1) {
    if (heard[at] === 0x14 && heard[at + 4] === 0x10 && heard[at + 1] === 0x1e)
      return heard.subarray(at + 1, at + 4);
  }
  return undefined;
}
