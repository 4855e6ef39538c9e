import { setTimeout as delay } from 'node:timers/promises';
import type { LineAddress } from './line.js';
import type { Outputs } from './output.js';

/** What the operator hears: one tone when every unit passed, three when one did not. */
export type BuzzerSignal = 'good' | 'bad';

/** Tones and the pauses between them, in ms; a person in a loud hall tells them apart, and nobody waits for them longer than a second. */
const patterns = {
  good: { tones: 1, onMs: 600, offMs: 0 },
  bad: { tones: 3, onMs: 200, offMs: 150 },
} as const satisfies Record<BuzzerSignal, { tones: number; onMs: number; offMs: number }>;

/** Sounds the buzzer and leaves it silent, however it ends. Throws as opening and driving lines do. */
export async function soundBuzzer(
  backend: Pick<Outputs, 'openOutput'>,
  address: LineAddress,
  signal: BuzzerSignal,
): Promise<void> {
  const { tones, onMs, offMs } = patterns[signal];
  const line = await backend.openOutput(address, { initial: false });
  try {
    for (let tone = 0; tone < tones; tone += 1) {
      if (tone > 0) await delay(offMs);
      await line.write(true);
      await delay(onMs);
      await line.write(false);
    }
  } finally {
    try {
      await line.write(false);
    } finally {
      await line.close();
    }
  }
}
