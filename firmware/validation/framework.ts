import { readAppDescriptor } from '../app-descriptor.js';
import { readBootloaderDescriptor } from '../bootloader-descriptor.js';
import type { Framework } from './advisories.js';
import { recogniseFormat } from './recognise.js';

/** The framework that an image says it was built with: ESP-IDF writes its version into its descriptors. */
export function frameworkOf(bytes: Buffer): Framework | undefined {
  if (recogniseFormat(bytes) !== 'esp-image') return undefined;
  const version = readAppDescriptor(bytes).app?.idfVersion ?? readBootloaderDescriptor(bytes)?.idfVersion;
  return version ? { name: 'esp-idf', version } : undefined;
}
