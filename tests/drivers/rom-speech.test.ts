import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRomSpeech, romTextBaudRate } from '../../drivers/flash/rom-speech.js';

test('the last boot mode counts, in the words of every ROM', () => {
  const cases: [string, string | undefined][] = [
    ['rst:0x1 (POWERON),boot:0x0 (DOWNLOAD(USB/UART0))\r\nwaiting for download\r\n', 'to its loader'],
    ['rst:0x1 (POWERON_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)\r\ninvalid header', 'to its firmware'],
    [' ets Jan  8 2013,rst cause:2, boot mode:(1,6)\r\n\r\n', 'to its loader'],
    [' ets Jan  8 2013,rst cause:4, boot mode:(3,7)\r\n\r\nwdt reset\r\n', 'to its firmware'],
    ['boot mode:(3,6)\r\n\r\n ets Jan  8 2013,rst cause:2, boot mode:(1,6)\r\n', 'to its loader'],
    [
      'boot:0x3 (DOWNLOAD_BOOT)\r\nwaiting for download\r\nboot:0x13 (SPI_FAST_FLASH_BOOT)',
      'to its firmware',
    ],
    ['demo-plug 1.2.0\r\n', undefined],
    ['', undefined],
  ];
  for (const [heard, goes] of cases) assert.equal(readRomSpeech(heard)?.goes, goes, heard);
});

test('only the ESP8266 says it at a rate of its own', () => {
  assert.equal(romTextBaudRate('esp8266'), 74_880);
  for (const chip of ['esp32', 'esp32s3', 'esp32c3']) assert.equal(romTextBaudRate(chip), undefined);
});
