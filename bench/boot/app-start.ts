import type { AppDescriptor } from '../../firmware/app-descriptor.js';
import { timings } from '../timings.js';
import type { ChipRun } from './chip-run.js';

/** The RAM that ESP-IDF hands to the heap: first address, length, kind; of a typical application of each chip. */
const heaps: Record<string, readonly [number, number, string][]> = {
  esp32: [
    [0x3ffae6e0, 0x1920, 'DRAM'],
    [0x3ffb3158, 0x2cea8, 'DRAM'],
    [0x3ffe0440, 0x3ae0, 'D/IRAM'],
    [0x3ffe4350, 0x1bcb0, 'D/IRAM'],
    [0x4008d318, 0x12ce8, 'IRAM'],
  ],
  esp32s3: [
    [0x3fc95118, 0x545f8, 'RAM'],
    [0x3fce9710, 0x5724, 'RAM'],
    [0x3fcf0000, 0x8000, 'DRAM'],
    [0x600fe010, 0x1fd8, 'RTCRAM'],
  ],
  esp32c3: [
    [0x3fc8d6d0, 0x32930, 'RAM'],
    [0x3fcc0000, 0x1c710, 'Retention RAM'],
    [0x50000020, 0x1fc8, 'RTCRAM'],
  ],
};

/** The system's text from the second stage's jump to `app_main`, about the application whose descriptor is given. */
export async function startApp(
  { output, texts }: ChipRun,
  app: AppDescriptor | undefined,
  flashMode: string,
): Promise<void> {
  const info = (tag: string, text: string): void => output.log('I', tag, text);
  output.work(timings.systemStart);
  const cores = texts.chip.name === 'esp32c3' ? 1 : 2;
  info('cpu_start', cores === 1 ? 'Unicore app' : 'Multicore app');
  info('cpu_start', 'Pro cpu start user code');
  info('cpu_start', 'cpu freq: 160000000 Hz');
  if (app !== undefined) {
    info('cpu_start', 'Application information:');
    info('cpu_start', `Project name:     ${app.project}`);
    info('cpu_start', `App version:      ${app.version}`);
    info('cpu_start', `Compile time:     ${app.date} ${app.time}`);
    info('cpu_start', `ELF file SHA256:  ${app.elfSha256.slice(0, 16)}...`);
    info('cpu_start', `ESP-IDF:          ${app.idfVersion}`);
  }
  info('cpu_start', `Chip rev:         ${texts.revision}`);
  info('heap_init', 'Initializing. RAM available for dynamic allocation:');
  for (const [from, sizeBytes, kind] of heaps[texts.chip.name] ?? []) {
    info(
      'heap_init',
      `At ${hex8(from)} len ${hex8(sizeBytes)} (${Math.floor(sizeBytes / 1024)} KiB): ${kind}`,
    );
  }
  info('spi_flash', 'detected chip: generic');
  info('spi_flash', `flash io: ${flashMode.toLowerCase()}`);
  info('main_task', 'Started on CPU0');
  info('main_task', 'Calling app_main()');
  await output.settle();
}

function hex8(value: number): string {
  return value.toString(16).toUpperCase().padStart(8, '0');
}
