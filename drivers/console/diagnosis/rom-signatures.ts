import { signatures, type SignatureRow } from './signature.js';

// The ROMs and second stages of ESP32 (all variants) and ESP8266, MCUboot, U-Boot. No pattern may span lines: each line is looked at once.

const brownout: SignatureRow[] = [
  [/\w*out detector was triggered/i, 'the supply fell below the brown-out level'],
  [
    /rst:0x(?:0?f|[0-9a-f]+ \(\w*(?:BROWN_?OUT|BOD|GLITCH)\w*\))(?![0-9a-f]).*/,
    'the chip was reset by its brown-out detector',
  ],
];

const saidBrownout: SignatureRow[] = [
  [
    /(?:reset|restart|reboot)\w*[ _-]?(?:reason|cause)\b(?:(?![,;]).)*brown[-_ ]?out.*/i,
    'the firmware was told that its last reset was a brown-out',
  ],
  [/ESP_RST_BROWNOUT|RESET_BROWNOUT/, 'the firmware was told that its last reset was a brown-out'],
  [
    /\bbrown[- ]?out (?:detected|reset (?:detected|occurred)|condition|event)\b.*/i,
    'the supply fell below the brown-out level',
  ],
  [/under-?voltage detected.*/i, 'the supply is below what the board needs'],
  [/\bpower dipped\b.*/i, 'the supply dipped and the firmware went into safe mode'],
];

const downloadMode: SignatureRow[] = [
  [/boot:0x[0-9a-f]+ \((?:USB_)?DOWNLOAD.*/, 'the boot strap was active at reset'],
  [/waiting for download\b(?! \w)/, 'the boot strap was active at reset'],
  [/boot mode:\(1,.*/, 'the boot strap (GPIO0) was active at reset'],
];

const blank: SignatureRow[] = [
  [/invalid header: [0O]xffffffff/i, 'the flash is blank where the bootloader should be'],
];

const flashSilent: SignatureRow[] = [
  [/flash read err, \d+/, 'the flash chip does not answer the ROM'],
  [
    /invalid header: [0O]x(?=[0-9a-f]{8}\b)(?:f*[0-9a-f]f*[0-9a-f]?f*|0*[0-9a-f]0*[0-9a-f]?0*)\b/,
    'the flash reads as all ones or zeros but for a few bits: the flash chip or its wiring is bad',
  ],
  [/memspi: no response/, 'the flash chip does not answer'],
  [/esp_flash_init_main failed.*/, 'the flash chip does not answer'],
  [/esp_flash_init_default_chip.*(?:fail|0x\d).*/, 'the flash chip does not answer'],
];

const flashTroubled: SignatureRow[] = [
  [/flash chip (?:is )?not (?:connected|responding|found|detected).*/i, 'the flash chip does not answer'],
  [/unrecognized JEDEC id.*/i, 'the flash chip does not answer'],
  [/spi_nor.*(?:does not match|not ready|id .*mismatch).*/i, 'the flash chip does not answer as it should'],
  [/(?:SQUASHFS|UBIFS|UBI) error.*/, 'the file system in flash cannot be read'],
  [/I\/O error, dev (?:mmcblk|mtdblock)\d.*/, 'the flash cannot be read'],
  [/mmc\d: error -\d+ whilst initiali[sz]ing.*/, 'the memory card or eMMC does not answer'],
  [/(?:mmc|nand|(?:spi.)?flash)\w*:? (?:block )?read (?:error|fail\w*)\b.*/i, 'the flash cannot be read'],
  [
    /\bfail\w* to read (?:from )?(?:the )?(?:spi )?flash\b|\bread(?:ing)? (?:from )?(?:the )?(?:spi )?flash fail\w*.*/i,
    'the flash cannot be read',
  ],
];

const headerOfOthers: SignatureRow[] = [
  [
    /invalid header: [0O]x(?:[0-9a-f]{4}50aa|(?:[2-7][0-9a-f]){4})\b/,
    'something else stands in flash where the bootloader should be',
  ],
];

const badBootloader: SignatureRow[] = [
  [/csum err.*/, 'the bootloader image is damaged'],
  [/Checksum failure\. Calculated.*/, 'the bootloader image is damaged'],
  [/load[: ]0x[0-9a-f]+, ?len:? ?-\d+/, 'the bootloader image is damaged'],
  [/load[: ]0x[0-9a-f]+, ?len:? ?(?:\d{7,}\b|0x[0-9a-f]{6,}).*/, 'the bootloader image is damaged'],
  [/[Ii]nvalid image block.*/, 'the bootloader image is damaged'],
];

const lastWordsOfRom: SignatureRow[] = [
  [/^ets_(?:main|loader)\.c\b.*/m, 'the ROM gave up on what is in flash'],
  [/^user code done/m, 'the second stage has nothing to run'],
];

const badImage: SignatureRow[] = [
  [/load partition table error.*/, 'the partition table is missing or damaged'],
  [/Failed to (?:verify|load|read) partition table.*/i, 'the partition table is missing or damaged'],
  [/flash_parts: partition .*(?:invalid|bad).*/, 'the partition table is missing or damaged'],
  [/invalid segment length.*/, 'the app image is damaged'],
  [/Image length \d+ doesn't fit in partition length \d+/, 'the app image is larger than its partition'],
  [/has invalid magic byte.*/, 'no app image where the partition table says'],
  [/Checksum failed\. Calculated.*/, 'the app image is damaged'],
  [/Image hash failed.*/, 'the app image is damaged'],
  [/esp_image: [Ss]egment \d+ .*(?:invalid|overlap|overflow).*/, 'the app image is damaged or does not fit'],
  [/bad load address range.*/i, 'the app image is damaged or for another chip'],
  [/mismatch chip ID.*/, 'the app image is for another chip'],
  [/Image requires (?:chip|efuse blk) rev.*/, 'the app image is for another chip revision'],
  [/chip is revision .* (?:but|required).*Can't run.*/i, 'the app image is for another chip revision'],
  [
    /Detected size\(\d+k\) smaller than the size in the binary image header.*/,
    'the image is built for a larger flash',
  ],
  [/app partition (?:slot \d+ )?is not bootable/, 'the bootloader rejected the app image'],
  [/No bootable app partitions.*/, 'the bootloader found no app image'],
  [/No bootable (?:image|application|slot)\b.*(?:found)?.*/i, 'the bootloader found no app image'],
  [/error magic!/, 'the second stage found no app image'],
  [/backup boot failed/, 'the second stage found no app image'],
  [/No good rom available.*/, 'the second stage found no app image'],
  [/rf_cal\[0\] !=0x05,is 0x.*/, 'the radio data of the ESP8266 is missing in flash'],
  [/^@cp:(?!0\b)-?\w+.*/m, 'the ESP8266’s boot loader could not put the new app in its place'],
  [/Unable to find bootable image/, 'the bootloader found no app image'],
  [/failed to boot from all boot devices/, 'the first stage found no image'],
];

// A bootloader that says one of these may go on to another image.
const badImageTold: SignatureRow[] = [
  [/Image in (?:the primary slot|slot0) is not valid.*/, 'the bootloader rejected the app image'],
  [/Bad Linux \w+ [Ii]mage magic.*/, 'U-Boot found no kernel image'],
  [/Wrong Image (?:Format|Type) for \w+ command/, 'U-Boot found no kernel image'],
  [
    /^ *(?:Verifying Checksum \.\.\. )?Bad (?:Magic Number|Data CRC|Header Checksum)\b.*/m,
    'the kernel image is damaged',
  ],
  [/ERROR: can't get kernel image!?/, 'U-Boot found no kernel image'],
  [/Firmware signature (?:is )?missing.*/, 'the bootloader found no app image'],
  [
    /^No valid (?:app(?:lication)?|firmware)(?: image)?(?: found)?[.!]?$/im,
    'the bootloader found no app image',
  ],
];

const signature: SignatureRow[] = [
  [/secure boot check fail.*/i, 'the ROM rejected the signature of the bootloader'],
  [/No signature block magic byte.*/, 'the image is not signed'],
  [/secure boot (?:v\d )?(?:signature )?(?:verification )?failed.*/i, 'the signature of the image is wrong'],
  [/Sig block \d+ invalid.*/, 'the signature of the image is wrong'],
  [/secure_boot_v\d: .*(?:don't|doesn't|does not|do not) match.*/i, 'the image is signed with another key'],
  [
    /secure_boot\w*: .*(?:signature|digest|key).*(?:invalid|fail|mismatch|missing).*/i,
    'the signature of the image is wrong',
  ],
  [/secure_boot\w*: image has invalid signature.*/i, 'the image is not signed'],
  [/Mismatch found in security options.*/, 'image and eFuses disagree on security'],
  [
    /flash_encrypt: .*(?:error|mismatch|fail|incorrect).*|flash encryption (?:check )?failed.*/i,
    'image and eFuses disagree on flash encryption',
  ],
  [
    /invalid header: [0O]x[0-9a-f]+/,
    'what is in flash reads as noise: encrypted for another key, or plain on a chip that decrypts',
  ],
];

const signatureTold: SignatureRow[] = [
  [
    /(?:Firmware|Image|Public key) (?:signature )?(?:verification|authentication) failed.*/i,
    'the signature of the image is wrong',
  ],
  [/Failed to verify required signature.*/, 'the signature of the image is wrong'],
  [/Authenticate Image Fail.*/i, 'the signature of the image is wrong'],
  [
    /(?:signature|sha256,rsa\d+):?\S*[+-]? (?:error|invalid|mismatch)\b.*/i,
    'the signature of the image is wrong',
  ],
];

/** What ROMs and bootloaders say when they do not get to the firmware. Of two that share a line, the one to name stands first. */
export const romSignatures = [
  ...signatures({ label: 'brownout', rank: 'supply' }, brownout),
  ...signatures({ label: 'brownout', rank: 'supply', fatal: false }, saidBrownout),
  ...signatures({ label: 'download_mode', rank: 'strap' }, downloadMode),
  ...signatures({ label: 'download_mode', rank: 'strap', fatal: false }, [
    [/Enter(?:ing)? (?:the )?serial recovery mode.*/, 'MCUboot waits for an image'],
  ]),
  ...signatures({ label: 'bad_image', rank: 'image' }, blank),
  ...signatures({ label: 'flash_read_error', rank: 'flash' }, flashSilent),
  ...signatures({ label: 'flash_read_error', rank: 'flash', fatal: false }, flashTroubled),
  ...signatures({ label: 'bad_image', rank: 'image' }, headerOfOthers),
  ...signatures({ label: 'secure_boot_fail', rank: 'signature' }, signature),
  ...signatures({ label: 'secure_boot_fail', rank: 'signature', fatal: false }, signatureTold),
  ...signatures({ label: 'bad_image', rank: 'image' }, badBootloader),
  ...signatures({ label: 'bad_image', rank: 'image' }, badImage),
  ...signatures({ label: 'bad_image', rank: 'image', fatal: false }, badImageTold),
  ...signatures({ label: 'bad_image', rank: 'wreckage', fatal: false }, lastWordsOfRom),
];
