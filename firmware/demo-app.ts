import { createHash } from 'node:crypto';
import { APP_DESCRIPTOR_OFFSET, buildAppDescriptor } from './app-descriptor.js';
import { buildEspImage, type SegmentSource } from './build-esp-image.js';
import { BUILD, demoChips, IDF_VERSION, type DemoChipName } from './demo-build.js';
import { encodeProgram } from './factory-app-codec.js';
import type { FactoryAppProgram } from './factory-app.js';
import { hex } from './hex.js';
import { CODE, DATA, lookalike, READ_ONLY_DATA, type Mixture } from './lookalike.js';
import { seededRandom } from './random.js';

interface DemoAppOptions {
  chip: DemoChipName;
  version: string;
  program: FactoryAppProgram;
  appSizeBytes: number;
  seed: number;
  flashSizeBytes: number;
}

/** Bytes of lookalike content in each segment. */
interface SegmentSizes {
  drom: number;
  dram: number;
  iram: number;
  /** 0: no such segment. */
  irom: number;
}

const LEAST_BYTES = 0x4000;
/** From here on code has a mapped segment of its own, which begins on a 64 KiB page; below, all code is in RAM. */
const MAPPED_CODE_FROM_BYTES = 0x40000;
const PAGE_BYTES = 0x10000;

/** The application image of a demo release: descriptor and program at the start of its read-only data, the rest filled up. */
export function buildDemoApp(options: DemoAppOptions): Buffer {
  const { appSizeBytes, seed } = options;
  if (appSizeBytes < LEAST_BYTES) {
    throw new RangeError(
      `${hex(appSizeBytes)} is too short for an application, expected ${hex(LEAST_BYTES)} or more`,
    );
  }
  const random = seededRandom(seed);
  return build(options, elasticSizes(options), (sizeBytes, mixture) => lookalike(sizeBytes, mixture, random));
}

/** Sizes with which the image comes out as long as wanted: a blank image tells how much its largest segment is off. */
function elasticSizes(options: DemoAppOptions): SegmentSizes {
  const { appSizeBytes } = options;
  const sizes = draftSizes(appSizeBytes);
  const missing = appSizeBytes - build(options, sizes, (sizeBytes) => Buffer.alloc(sizeBytes)).length;
  const largest = sizes.irom > 0 ? 'irom' : 'drom';
  const sizeBytes = sizes[largest] + missing;
  if (sizeBytes < 0)
    throw new RangeError(`the program does not fit into an application of ${hex(appSizeBytes)}`);
  return { ...sizes, [largest]: sizeBytes };
}

/** Shares of a real application of that size. */
function draftSizes(appSizeBytes: number): SegmentSizes {
  const share = (part: number): number => Math.floor((appSizeBytes * part) / 400) * 4;
  const ram = { dram: Math.min(share(3), 0x4000), iram: Math.min(share(20), 0x18000) };
  if (appSizeBytes < MAPPED_CODE_FROM_BYTES) return { ...ram, drom: share(60), irom: 0 };
  return { ...ram, drom: share(24), irom: share(50) };
}

function build(
  options: DemoAppOptions,
  sizes: SegmentSizes,
  fill: (sizeBytes: number, mixture: readonly Mixture[]) => Buffer,
): Buffer {
  const readOnly = Buffer.concat([
    descriptorOf(options),
    encodeProgram(options.program),
    fill(sizes.drom, READ_ONLY_DATA),
  ]);
  const { target, app, sharesPages } = demoChips[options.chip];
  const pages = sharesPages ? Math.ceil(sizes.irom / PAGE_BYTES) * PAGE_BYTES : 0;
  const segments: SegmentSource[] = [
    { address: app.drom + pages + APP_DESCRIPTOR_OFFSET, data: readOnly },
    { address: app.dram, data: fill(sizes.dram, DATA) },
    { address: app.iram, data: fill(sizes.iram, CODE) },
  ];
  if (sizes.irom > 0) segments.push({ address: app.irom + 0x20, data: fill(sizes.irom, CODE) });
  return buildEspImage({
    ...target,
    flashSizeBytes: options.flashSizeBytes,
    entry: app.iram + 0x400,
    segments,
  });
}

function descriptorOf({ program, version, seed }: DemoAppOptions): Buffer {
  return buildAppDescriptor({
    version,
    project: program.project,
    ...BUILD,
    idfVersion: IDF_VERSION,
    elfSha256: createHash('sha256').update(`${program.project} ${version} ${seed}`).digest('hex'),
    secureVersion: 0,
    minBlockRevision: 0,
    maxBlockRevision: 99,
    mmuPageLog2: 16,
  });
}
