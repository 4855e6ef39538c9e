import type { Socket } from 'node:net';
import { avrChipNamed } from '../firmware/avr-chips.js';
import type { BenchSlot } from '../rigs/bench.js';
import { avrFamily } from './avr/family.js';
import type { BoardFamily } from './board-family.js';
import { romTextsOf } from './boot/rom-texts.js';
import { runChip } from './chip.js';
import { esp32Firmware } from './esp32-firmware.js';
import { esp8266Firmware } from './esp8266-firmware.js';
import { startLoader } from './loader/loader.js';
import { linuxFirmware } from './network/linux-firmware.js';
import { networkFamily } from './network/network-family.js';
import type { StartLoader } from './parts.js';
import { rp2040Family, usbDriveChips } from './rp2040/family.js';
import { stm32Family } from './stm32/family.js';
import { stm32Model } from './stm32/models.js';
import { espVersionIn, gatewayVersionIn } from './version-in-flash.js';

/** How the board of a slot lives, with the chip that is really fitted. Throws BENCH_FAILED when no virtual board has that chip. */
export function familyOf(
  slot: Pick<BenchSlot, 'network'>,
  chip: string,
  onConnection: (socket: Socket) => void,
): BoardFamily {
  if (slot.network) {
    return networkFamily(chip, chip === 'linux' ? linuxBoard : espFamily(chip, startLoader), onConnection);
  }
  const avr = avrChipNamed(chip);
  if (avr) return avrFamily(avr);
  if (usbDriveChips.includes(chip)) return rp2040Family;
  const stm32 = stm32Model(chip);
  if (stm32) return stm32Family(stm32);
  return espFamily(chip, startLoader);
}

/** Has no loader that anybody could ask for. */
const linuxBoard: Pick<BoardFamily, 'run' | 'versionIn'> = {
  run: (parts, mode) => runChip({ ...parts, firmware: linuxFirmware, startLoader }, mode),
  versionIn: gatewayVersionIn,
};

/** Head of the loader's SYNC command. */
export const espSync = Buffer.from([0xc0, 0x00, 0x08, 0x24, 0x00]);

/** Boards with a chip of Espressif's. */
export function espFamily(chip: string, loader: StartLoader): BoardFamily {
  const firmware = chip === 'esp8266' ? esp8266Firmware : esp32Firmware(romTextsOf(chip));
  return {
    knock: espSync,
    run: (parts, mode) => runChip({ ...parts, firmware, startLoader: loader }, mode),
    versionIn: (flash) => espVersionIn(chip, flash),
  };
}
