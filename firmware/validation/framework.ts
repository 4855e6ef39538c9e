import { readAppDescriptor } from '../app-descriptor.js';
import { readBootloaderDescriptor } from '../bootloader-descriptor.js';
import { readAnyEspFlashImage } from '../esp-flash-image.js';
import type { Framework } from './advisories.js';
import { recogniseFormat } from './recognise.js';

/** The framework that an image says it was built with: ESP-IDF writes its version into its descriptors. */
export function frameworkOf(bytes: Buffer): Framework | undefined {
  const format = recogniseFormat(bytes);
  if (format !== 'esp-image' && format !== 'esp-flash') return undefined;
  const [, ...apps] = readAnyEspFlashImage(bytes)?.images ?? [];
  for (const app of apps) {
    const version = readAppDescriptor(app.bytes).app?.idfVersion;
    if (version) return { name: 'esp-idf', version };
  }
  const version = readAppDescriptor(bytes).app?.idfVersion ?? readBootloaderDescriptor(bytes)?.idfVersion;
  return version ? { name: 'esp-idf', version } : undefined;
}
