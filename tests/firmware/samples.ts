import { createHash } from 'node:crypto';
import { buildAppDescriptor, type AppDescriptor } from '../../firmware/app-descriptor.js';
import { demoProgram } from '../../firmware/demo-program.js';
import { buildRelease, type ImageBytes } from '../../firmware/demo-release.js';
import { espChecksum } from '../../firmware/esp-image-tail.js';

export const sampleApp: AppDescriptor = {
  version: '3.4.5-rc.1',
  project: 'sample',
  time: '10:15:00',
  date: 'May 14 2025',
  idfVersion: 'v5.2.3',
  elfSha256: '0123456789abcdef'.repeat(4),
  secureVersion: 2,
  minBlockRevision: 0,
  maxBlockRevision: 99,
  mmuPageLog2: 16,
};

/** A small release for tests that do not care what is in it. */
export function smallRelease(version = '1.0.0', appSizeBytes = 0xc000): ImageBytes[] {
  return buildRelease({ version, program: demoProgram, appSizeBytes, seed: 7 });
}

/** The image of that name out of a small release. */
export function smallImage(name: 'bootloader' | 'partitions' | 'app'): Buffer {
  const image = smallRelease().find((candidate) => candidate.name === name);
  if (image === undefined) throw new Error(`the small release has no ${name}`);
  return image.bytes;
}

/**
 * An ESP32 application put together by hand from the vendor's "Firmware Image Format" (esptool documentation), so that reader and builder are not only held against each
 * other: 0x100 bytes of descriptor mapped at 3f400020, 8 bytes of code at 40080000, checksum at 0x13f, SHA-256 to 0x160.
 */
export function handMadeImage(): Buffer {
  const descriptor = buildAppDescriptor(sampleApp);
  const code = Buffer.from('36410020a2000df0', 'hex');
  const image = Buffer.concat([
    Buffer.from('e9020220' + '00000840', 'hex'),
    Buffer.from('ee000000' + '0000' + '00' + '0000' + '8f01' + '00000000' + '01', 'hex'),
    Buffer.from('2000403f' + '00010000', 'hex'),
    descriptor,
    Buffer.from('00000840' + '08000000', 'hex'),
    code,
    Buffer.alloc(15),
    Buffer.of(espChecksum([descriptor, code])),
  ]);
  return Buffer.concat([image, createHash('sha256').update(image).digest()]);
}

/** The image with bytes replaced, and its SHA-256 made right again: what is wrong is then only what was changed. */
export function rehashed(image: Buffer, offset: number, bytes: number[]): Buffer {
  const changed = Buffer.from(image);
  changed.set(bytes, offset);
  const end = changed.length - 32;
  createHash('sha256').update(changed.subarray(0, end)).digest().copy(changed, end);
  return changed;
}
