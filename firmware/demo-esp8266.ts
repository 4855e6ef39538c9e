import { buildEsp8266Image, type Esp8266ImageSource } from './build-esp8266-image.js';
import type { ImageBytes } from './demo-release.js';
import { ESP8266_APP_OFFSET, ESP8266_HEADER_BYTES, ESP8266_IROM } from './esp8266-image.js';
import { encodeProgram } from './factory-app-codec.js';
import type { FactoryAppProgram } from './factory-app.js';
import { hex } from './hex.js';
import { CODE, DATA, lookalike, READ_ONLY_DATA } from './lookalike.js';
import { seededRandom, type Random } from './random.js';

interface Esp8266ReleaseOptions {
  version: string;
  program: FactoryAppProgram;
  /** Of the whole image; met to within 16 bytes. */
  appSizeBytes: number;
  seed: number;
  flashSizeBytes: number;
}

/** Where Arduino's second stage runs, and its length in current cores. */
const STAGE = { address: 0x4010f000, sizeBytes: 3460 };
/** The first segment is the code that is mapped from flash, where it stands. */
const MAPPED = ESP8266_IROM + ESP8266_APP_OFFSET + ESP8266_HEADER_BYTES + 8;

/**
 * The one image of an ESP8266 release, as Arduino's tool makes it: second stage and application. The format has no place for a version, so
 * the program's document carries it.
 */
export function buildEsp8266Release(options: Esp8266ReleaseOptions): ImageBytes {
  const { seed, program, version, flashSizeBytes, appSizeBytes } = options;
  const random = seededRandom(seed);
  const stage = lookalike(STAGE.sizeBytes, CODE, random);
  const document = encodeProgram(program, { version });
  const build = (fillBytes: number): Buffer =>
    buildEsp8266Image(
      { entry: STAGE.address, flashSizeBytes, segments: [{ address: STAGE.address, data: stage }] },
      { flashSizeBytes, ...application(document, fillBytes, seededRandom(seed ^ 0xa99)) },
    );
  const fillBytes = appSizeBytes - build(0).length;
  if (fillBytes < 0) throw new RangeError(`the program does not fit into an image of ${hex(appSizeBytes)}`);
  return { name: 'app', offset: 0, bytes: build(fillBytes) };
}

/** Mapped code with the document in front, code in RAM, and variables with their texts, as a sketch with Wi-Fi has them. */
function application(
  document: Buffer,
  fillBytes: number,
  random: Random,
): Pick<Esp8266ImageSource, 'entry' | 'segments'> {
  return {
    entry: 0x40100004,
    segments: [
      { address: MAPPED, data: Buffer.concat([document, lookalike(fillBytes, CODE, random)]) },
      { address: 0x40100000, data: lookalike(0x6c00, CODE, random) },
      { address: 0x3ffe8000, data: lookalike(0x500, DATA, random) },
      { address: 0x3ffe8500, data: lookalike(0xd00, READ_ONLY_DATA, random) },
    ],
  };
}
