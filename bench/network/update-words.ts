import { gatewayMagic } from '../../firmware/demo-network.js';
import { ESP_IMAGE_MAGIC } from '../../firmware/esp-image-header.js';

/** What a framework says of an update. */
interface UpdateWords {
  /** First byte of every image. */
  magic: number;
  wrongMagic: string;
  noSpace: string;
  noData: string;
  md5(expected: string, calculated: string): string;
  /** The image is whole, but the chip would not start it. */
  refused: string;
}

/** arduino-esp32, libraries/Update/src/Updater.cpp. */
const esp32: UpdateWords = {
  magic: ESP_IMAGE_MAGIC,
  wrongMagic: 'Wrong Magic Byte',
  noSpace: 'Not Enough Space',
  noData: 'Bad Size Given',
  md5: () => 'MD5 Check Failed',
  refused: 'Could Not Activate The Firmware',
};

/** esp8266/Arduino, cores/esp8266/Updater.cpp. */
const esp8266: UpdateWords = {
  magic: ESP_IMAGE_MAGIC,
  wrongMagic: 'ERROR[10]: Magic byte is wrong, not 0xE9',
  noSpace: 'ERROR[4]: Not Enough Space',
  noData: 'ERROR[13]: No data supplied',
  md5: (expected, calculated) =>
    `ERROR[7]: MD5 verification failed: expected: ${expected}, calculated: ${calculated}`,
  refused: 'ERROR[9]: new Flash config wrong, real size: 4194304',
};

/** The words of the chip's framework; the gateway has those of the ESP32. */
export function updateWords(chip: string): UpdateWords {
  if (chip === 'esp8266') return esp8266;
  return chip === 'linux' ? { ...esp32, magic: gatewayMagic.charCodeAt(0) } : esp32;
}
