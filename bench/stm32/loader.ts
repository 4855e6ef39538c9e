import { faultOf } from '../board-faults.js';
import type { BoardParts } from '../board-family.js';
import { createByteQueue } from './byte-queue.js';
import { ack, commandsOf, type LoaderEnd, type Session } from './commands.js';
import type { Memory, Protection } from './memory.js';
import type { Stm32Model } from './models.js';

const nack = 0x1f;
const sync = 0x7f;
/** With read-out protection the loader says what it is, and can be asked to lift it. */
const alwaysAllowed: readonly number[] = [0x00, 0x01, 0x02, 0x92];

/**
 * The loader in system memory (AN3155): it measures the host's rate at its first byte, 7F, with any parity, and then takes commands until one
 * leaves it. A host that begins anew meanwhile is refused, which it takes as a sign of life. Rejects when the signal aborts.
 */
export async function runLoader(
  { wire, slot, log, signal }: BoardParts,
  chip: { model: Stm32Model; memory: Memory; protection: Protection; isSynced: boolean },
): Promise<LoaderEnd> {
  const bytes = createByteQueue(signal);
  const hangAtPercent = faultOf(slot.faults, 'hang')?.percent ?? Infinity;
  const session: Session = {
    ...chip,
    take: (count) => bytes.take(count),
    acknowledge: (more = []) => void wire.send(Buffer.from([ack, ...more])),
    refuse: () => void wire.send(Buffer.of(nack)),
    announcedBytes: 0,
    arrivedBytes: 0,
    isHanging: () => session.arrivedBytes * 100 >= hangAtPercent * session.announcedBytes,
    signal,
    log: (text) => log(`loader ${text}`),
  };
  wire.onReceive((received) => bytes.push(received));
  if (!chip.isSynced) {
    wire.measureBaudRate();
    while ((await bytes.take(1))[0] !== sync) wire.measureBaudRate();
  }
  session.acknowledge();
  const commands = commandsOf(chip.model);
  for (;;) {
    const [code = 0] = await bytes.take(1);
    if (code === sync) {
      session.refuse();
      continue;
    }
    const [complement = 0] = await bytes.take(1);
    const command = commands.get(code);
    const isAllowed = !chip.protection.readOut || alwaysAllowed.includes(code);
    if ((code ^ complement) !== 0xff || command === undefined || !isAllowed) {
      session.refuse();
      continue;
    }
    const end = await command(session);
    if (end !== undefined) return end;
  }
}
