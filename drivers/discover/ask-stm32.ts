import { nameOfProduct } from '../flash/stm32flash/chips.js';
import type { Link } from '../link/link.js';
import { exchange } from './exchange.js';
import type { LoaderFound } from './loader-found.js';

const sync = 0x7f;
const ack = 0x79;
const nack = 0x1f;
const getId = [0x02, 0xfd];
const answerMs = 250;

/**
 * Asks for the boot loader in an STM32's system memory (AN3155), over a link with even parity. It measures the rate of the first byte after its reset,
 * which must be this one. Undefined when none answers within 0.5 s.
 */
export async function askStm32Loader(link: Link, signal: AbortSignal): Promise<LoaderFound | undefined> {
  const isSign = (heard: Buffer) => heard.includes(ack) || heard.includes(nack);
  // One that has been met before refuses the second 7F, which is a sign of life as well.
  if (!isSign(await exchange(link, [sync], { timeoutMs: answerMs, isWhole: isSign, signal })))
    return undefined;
  const isWhole = (heard: Buffer) => heard.length >= 5;
  const answer = await exchange(link, getId, { timeoutMs: answerMs, isWhole, signal });
  if (answer.length !== 5 || answer[0] !== ack || answer[1] !== 1 || answer[4] !== ack) return undefined;
  const productId = answer.readUInt16BE(2);
  const chip = nameOfProduct(productId);
  const id = `product id 0x${productId.toString(16).padStart(3, '0')}`;
  return { loader: 'stm32', ...(chip !== undefined && { chip }), description: `STM32 loader, ${id}` };
}
