import { isSpeech, isText, lastLineOf, listenTo, type Heard } from '../../drivers/discover/heard-text.js';
import type { Link } from '../../drivers/link/link.js';
import { openSerialLink } from '../../drivers/link/serial-link.js';
import { asRigError } from '../../core/errors.js';
import type { CandidatePort, SkippedPort } from './map-candidates.js';

/** Listens on many ports at once. */
export interface PortEars {
  /** What is heard from here on counts. */
  forget(): void;
  /** Ports on which something spoke since then. */
  speakers(): CandidatePort[];
  /** `said` and the last line that was heard there, or how many bytes when they are no text. */
  lastWords(port: CandidatePort): string;
  /** Ports that can be listened to, as far as they are still there. */
  readonly ports: readonly CandidatePort[];
  /** Closes these ports while the work needs them. */
  without<T>(ports: readonly CandidatePort[], work: () => Promise<T>): Promise<T>;
  /** May be called twice. */
  close(): Promise<void>;
}

interface Ear {
  link: Link;
  heard: () => Heard;
  forget: () => void;
}

/** Opens every port that it can; the others are reported. */
export async function openEars(
  candidates: readonly CandidatePort[],
  { baudRate, onSkipped }: { baudRate: number; onSkipped: (port: SkippedPort) => void },
): Promise<PortEars> {
  const ears = new Map<CandidatePort, Ear>();
  const open = async (port: CandidatePort) => {
    try {
      const link = await openSerialLink({ path: port.device, baudRate });
      const { heard, forget } = listenTo(link);
      ears.set(port, { link, heard, forget });
    } catch (thrown) {
      onSkipped({ path: port.path, why: asRigError(thrown).message });
    }
  };
  const shut = async (port: CandidatePort) => {
    const ear = ears.get(port);
    ears.delete(port);
    await ear?.link.close();
  };
  const there = () => [...ears].filter(([, { link }]) => !link.lost.aborted);
  await Promise.all(candidates.map(open));
  return {
    get ports() {
      return there().map(([port]) => port);
    },
    forget: () => there().forEach(([, ear]) => ear.forget()),
    speakers: () => there().flatMap(([port, { heard }]) => (isSpeech(heard()) ? port : [])),
    lastWords(port) {
      const heard = ears.get(port)?.heard();
      if (heard === undefined) return '';
      return isText(heard) ? `said ${JSON.stringify(lastLineOf(heard))}` : `sent ${heard.byteCount} bytes`;
    },
    async without(ports, work) {
      const opened = ports.filter((port) => ears.has(port));
      await Promise.all(opened.map(shut));
      try {
        return await work();
      } finally {
        await Promise.all(opened.map(open));
      }
    },
    close: async () => void (await Promise.all([...ears.keys()].map(shut))),
  };
}
