import { espChipNamed, type EspChip } from '../../firmware/esp-chips.js';
import { RigError } from '../../core/errors.js';

/** Why a chip starts: power or EN, a software reset of the CPU or of the system, its watchdog, its brown-out detector. */
export type ResetCause = 'power-on' | 'software-cpu' | 'software-system' | 'watchdog' | 'brown-out';

/** What the ROM of a chip family says. Sources: boot logs of each chip; ESP-IDF `esp_rom`, reset reasons of the technical manuals. */
export interface RomTexts {
  chip: EspChip;
  /** Before the line with the reset cause. */
  banner: readonly string[];
  causes: Record<ResetCause, string>;
  /** Boot mode with the strap released and held. */
  flashMode: string;
  downloadMode: string;
  /** After the reset cause: where the program counter was when it came, but for power-on. */
  afterCause(cause: ResetCause): readonly string[];
  /** Then, before the mode line, when starting from flash. */
  beforeMode: readonly string[];
  /** Lengths of the `load:` lines. */
  lengthOf(sizeBytes: number): string;
  checksumError(calculated: number, stored: number): readonly string[];
  /** Chip revision as the second stage prints it. */
  revision: string;
}

const esp32Causes: RomTexts['causes'] = {
  'power-on': '0x1 (POWERON_RESET)',
  'software-cpu': '0xc (SW_CPU_RESET)',
  'software-system': '0x3 (SW_RESET)',
  watchdog: '0x10 (RTCWDT_RTC_RESET)',
  'brown-out': '0xf (RTCWDT_BROWN_OUT_RESET)',
};

const newerCauses: RomTexts['causes'] = {
  'power-on': '0x1 (POWERON)',
  'software-cpu': '0xc (RTC_SW_CPU_RST)',
  'software-system': '0x3 (RTC_SW_SYS_RST)',
  watchdog: '0x7 (TG0WDT_SYS_RST)',
  'brown-out': '0xf (BROWNOUT_RST)',
};

/** The ROM of ESP32 silicon v3. Its boot mode is the strapping register: 0x13 runs from flash, 0x3 is what GPIO0 low leaves. */
function esp32(chip: EspChip): RomTexts {
  return {
    chip,
    banner: ['ets Jul 29 2019 12:21:46', ''],
    causes: esp32Causes,
    flashMode: '0x13 (SPI_FAST_FLASH_BOOT)',
    downloadMode: '0x3 (DOWNLOAD_BOOT(UART0/UART1/SDIO_REI_REO_V2))',
    afterCause: () => [],
    beforeMode: [
      'configsip: 0, SPIWP:0xee',
      'clk_drv:0x00,q_drv:0x00,d_drv:0x00,cs0_drv:0x00,hd_drv:0x00,wp_drv:0x00',
    ],
    lengthOf: (sizeBytes) => String(sizeBytes | 0),
    checksumError: (calculated, stored) => [
      `csum err:0x${byte(calculated)}!=0x${byte(stored)}`,
      'ets_main.c 371 ',
    ],
    revision: 'v3.0',
  };
}

function newer(
  chip: EspChip,
  texts: {
    name: string;
    build: string;
    flashMode: string;
    downloadMode: string;
    savedPc: string;
    revision: string;
  },
): RomTexts {
  return {
    chip,
    banner: [`ESP-ROM:${texts.name}`, `Build:${texts.build}`],
    causes: newerCauses,
    flashMode: texts.flashMode,
    downloadMode: texts.downloadMode,
    afterCause: (cause) => (cause === 'power-on' ? [] : [`Saved PC:${texts.savedPc}`]),
    beforeMode: ['SPIWP:0xee'],
    lengthOf: (sizeBytes) => `0x${sizeBytes.toString(16)}`,
    checksumError: (calculated, stored) => [
      `Checksum failure. Calculated 0x${byte(calculated)} stored 0x${byte(stored)}`,
      'ets_main.c 333 ',
    ],
    revision: texts.revision,
  };
}

const makers: Record<string, (chip: EspChip) => RomTexts> = {
  esp32,
  esp32s3: (chip) =>
    newer(chip, {
      name: 'esp32s3-20210327',
      build: 'Mar 27 2021',
      flashMode: '0x8 (SPI_FAST_FLASH_BOOT)',
      downloadMode: '0x0 (DOWNLOAD(USB/UART0))',
      savedPc: '0x40378f2a',
      revision: 'v0.2',
    }),
  esp32c3: (chip) =>
    newer(chip, {
      name: 'esp32c3-api1-20210207',
      build: 'Feb  7 2021',
      flashMode: '0xc (SPI_FAST_FLASH_BOOT)',
      downloadMode: '0x4 (DOWNLOAD(USB/UART0/1))',
      savedPc: '0x4038064e',
      revision: 'v0.4',
    }),
};

/** For all chips but the ESP8266. Throws BENCH_FAILED for a chip that no virtual board has. */
export function romTextsOf(chipName: string): RomTexts {
  const chip = espChipNamed(chipName);
  const make = Object.hasOwn(makers, chipName) ? makers[chipName] : undefined;
  if (chip !== undefined && make !== undefined) return make(chip);
  throw new RigError(
    'BENCH_FAILED',
    `no virtual board has the chip '${chipName}'; there are esp8266, ${Object.keys(makers).join(', ')}`,
  );
}

function byte(value: number): string {
  return value.toString(16).padStart(2, '0');
}
