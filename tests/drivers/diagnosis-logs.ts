// Longer than 250 lines: it is one table of logs, and a table is read best in one place.
import { readFileSync } from 'node:fs';
import type { BootLabel } from '../../drivers/console/diagnosis/labels.js';

export interface LabelledLog {
  name: string;
  label: BootLabel;
  text: string;
}

/** Text that the ROMs print from a reset to their hand-over. */
const esp32 = (
  reset = '0x1 (POWERON_RESET)',
  boot = '0x13 (SPI_FAST_FLASH_BOOT)',
) => `ets Jul 29 2019 12:21:46

rst:${reset},boot:${boot}
configsip: 0, SPIWP:0xee
clk_drv:0x00,q_drv:0x00,d_drv:0x00,cs0_drv:0x00,hd_drv:0x00,wp_drv:0x00
mode:DIO, clock div:2
load:0x3fff0030,len:1184
load:0x40078000,len:13232
load:0x40080400,len:3028
entry 0x400805e4
`;
const esp32Early = (reset: string) =>
  esp32(reset).replace('ets Jul 29 2019 12:21:46', 'ets Jun  8 2016 00:22:57');
const newer = (
  rom: string,
  build: string,
  reset = '0x1 (POWERON)',
  boot = '0x8 (SPI_FAST_FLASH_BOOT)',
) => `ESP-ROM:${rom}
Build:${build}
rst:${reset},boot:${boot}
${reset.includes('POWERON') ? '' : 'Saved PC:0x40378b7a\n'}SPIWP:0xee
mode:DIO, clock div:1
load:0x3fce3808,len:0x4bc
load:0x403c9700,len:0xbd8
load:0x403cc700,len:0x2a0c
entry 0x403c98d0
`;
const s3 = (reset?: string, boot?: string) => newer('esp32s3-20210327', 'Mar 27 2021', reset, boot);
const c3 = (reset?: string, boot?: string) => newer('esp32c3-api1-20210207', 'Feb  7 2021', reset, boot);
const c6 = (reset?: string) => newer('esp32c6-20220919', 'Sep 19 2022', reset, '0xc (SPI_FAST_FLASH_BOOT)');
const s2 = (reset?: string) =>
  newer('esp32s2-rc4-20191025', 'Oct 25 2019', reset, '0xa (SPI_FAST_FLASH_BOOT)');
const esp8266 = (cause = 2, mode = '3,6') => `
 ets Jan  8 2013,rst cause:${cause}, boot mode:(${mode})

${cause === 4 ? 'wdt reset\n' : ''}load 0x4010f000, len 3424, room 16
tail 0
chksum 0x2e
load 0x3fff20b8, len 40, room 8
tail 0
chksum 0x2b
csum 0x2b
v00041fe0
~ld
`;
/** The second stage of ESP-IDF up to the end of its partition table, and the loading of the app. */
const table = (version = 'v5.1.2', chip = 'esp32') => `I (29) boot: ESP-IDF ${version} 2nd stage bootloader
I (29) boot: compile time Jan  9 2024 11:02:33
I (29) boot: Multicore bootloader
I (34) boot: chip revision: v3.0
I (38) boot.${chip}: SPI Speed      : 40MHz
I (42) boot.${chip}: SPI Mode       : DIO
I (47) boot.${chip}: SPI Flash Size : 4MB
I (52) boot: Enabling RNG early entropy source...
I (57) boot: Partition Table:
I (61) boot: ## Label            Usage          Type ST Offset   Length
I (68) boot:  0 nvs              WiFi data        01 02 00009000 00006000
I (75) boot:  1 phy_init         RF data          01 01 0000f000 00001000
I (83) boot:  2 factory          factory app      00 00 00010000 00100000
I (90) boot: End of partition table
`;
const segments = `I (95) esp_image: segment 0: paddr=00010020 vaddr=3f400020 size=0b7a0h ( 47008) map
I (120) esp_image: segment 1: paddr=0001b7c8 vaddr=3ffb0000 size=0239ch (  9116) load
I (124) esp_image: segment 2: paddr=0001db6c vaddr=40080000 size=024ach (  9388) load
I (129) esp_image: segment 3: paddr=00020020 vaddr=400d0020 size=18d1ch (101660) map
I (170) esp_image: segment 4: paddr=00038d44 vaddr=400824ac size=0a6c4h ( 42692) load
`;
const loaded = `I (194) boot: Loaded app from partition at offset 0x10000
I (194) boot: Disabling RNG early entropy source...
`;
const startup = `I (206) cpu_start: Multicore app
I (214) cpu_start: Pro cpu start user code
I (214) cpu_start: cpu freq: 160000000 Hz
I (214) cpu_start: Application information:
I (217) cpu_start: Project name:     sensor_node
I (222) cpu_start: App version:      2.4.1
I (232) cpu_start: ELF file SHA256:  6a1fb2e6f7c4a0d1...
I (238) cpu_start: ESP-IDF:          v5.1.2
I (260) heap_init: Initializing. RAM available for dynamic allocation:
I (267) heap_init: At 3FFAE6E0 len 00001920 (6 KiB): DRAM
I (299) spi_flash: detected chip: generic
W (307) spi_flash: Detected size(8192k) larger than the size in the binary image header(4096k). Using the size in the binary image header.
I (324) main_task: Started on CPU0
I (334) main_task: Calling app_main()
`;
const idf = table() + segments + loaded + startup;
const wifiUp = `I (561) wifi:mode : sta (24:6f:28:00:00:01)
I (562) wifi:enable tsf
I (610) wifi:state: init -> auth (b0)
I (620) wifi:state: auth -> assoc (0)
I (640) wifi:state: assoc -> run (10)
I (690) wifi:connected with plant, aid = 3, channel 6, BW20, bssid = 02:00:00:00:00:01
I (1650) esp_netif_handlers: sta ip: 10.0.0.17, mask: 255.255.255.0, gw: 10.0.0.1
`;
const dump = (
  cause: string,
  core = 0,
) => `Guru Meditation Error: Core  ${core} panic'ed (${cause}). Exception was unhandled.

Core  ${core} register dump:
PC      : 0x400d1f3a  PS      : 0x00060530  A0      : 0x800d20c9  A1      : 0x3ffb2790
EXCVADDR: 0x00000000  LBEG    : 0x400014fd  LEND    : 0x4000150d  LCOUNT  : 0xffffffff

Backtrace: 0x400d1f37:0x3ffb2790 0x400d20c6:0x3ffb27b0 0x400d4b2a:0x3ffb27d0

ELF file SHA256: 6a1fb2e6f7c4a0d1

Rebooting...
`;
const riscvDump = (
  cause: string,
) => `Guru Meditation Error: Core  0 panic'ed (${cause}). Exception was unhandled.

Core  0 register dump:
MEPC    : 0x42008a1e  RA      : 0x42008a12  SP      : 0x3fc92b60  GP      : 0x3fc8c400
MSTATUS : 0x00001881  MTVEC   : 0x40380001  MCAUSE  : 0x00000005  MTVAL   : 0x00000000

Stack memory:
3fc92b60: 0x00000000 0x3fc8d000 0x00000001 0x42006b2a 0x00000000 0x00000000 0x00000000 0x00000000
`;
const zephyr = '*** Booting Zephyr OS build v3.5.0-2714-g031c842ecb76 ***\n';
const mcuboot = `*** Booting MCUboot v2.0.0 ***
*** Using Zephyr OS build v3.6.0 ***
I: Starting bootloader
I: Primary image: magic=good, swap_type=0x2, copy_done=0x1, image_ok=0x1
I: Secondary image: magic=unset, swap_type=0x1, copy_done=0x3, image_ok=0x3
I: Boot source: none
I: Image index: 0, Swap type: none
`;
const uboot = `U-Boot SPL 2023.04 (Apr 03 2023 - 20:38:50 +0000)
Trying to boot from MMC1


U-Boot 2023.04 (Apr 03 2023 - 20:38:50 +0000)

CPU:   STM32MP157CAC Rev.B
Model: Demo Board
DRAM:  512 MiB
MMC:   STM32 SD/MMC: 0
In:    serial
Net:   eth0: ethernet@5800a000
Hit any key to stop autoboot:  0
## Booting kernel from Legacy Image at c2000000 ...
Starting kernel ...

`;
const linux = `[    0.000000] Booting Linux on physical CPU 0x0
[    0.000000] Linux version 6.1.28 (builder@host) (arm-linux-gcc 12.2.0) #1 SMP
[    0.000000] Memory: 502312K/524288K available
[    1.204511] mmcblk0: mmc0:aaaa SC16G 14.8 GiB
[    1.310022] EXT4-fs (mmcblk0p4): mounted filesystem with ordered data mode.
[    1.322910] VFS: Mounted root (ext4 filesystem) readonly on device 179:4.
`;
const times = (count: number, text: string) => text.repeat(count);

/** Label and logs of it, by name. */
const logs: Record<BootLabel, Record<string, string>> = {
  good: {
    'idf with app_main': esp32() + idf + 'I (340) main: hello\n',
    'idf joined its network': esp32() + idf + wifiUp,
    'idf on S3': s3() + idf.replaceAll('esp32', 'esp32s3') + 'I (350) main: self test passed\n',
    'idf on C3 after a USB reset': c3('0x15 (USB_UART_CHIP_RESET)') + idf,
    'idf on C6': c6() + idf,
    'idf 3.3 bootloader and segments': esp32Early('0x1 (POWERON_RESET)') + table('v3.3.5') + segments,
    'idf to the loaded app': esp32() + table('v4.4.6') + segments + loaded,
    'idf whose ota data was blank':
      esp32() +
      table().replace('End', 'end') +
      'E (92) boot: ota data partition invalid, falling back to factory\n' +
      segments +
      loaded +
      startup,
    'arduino sketch that speaks': esp32() + 'sensor node 1.3\ntemp 21.4\ntemp 21.5\n',
    'arduino with its log':
      esp32() +
      '[    24][I][main.cpp:41] setup(): demo 1.4.2 starting\n[    30][I][main.cpp:42] setup(): id node-7\n',
    'arduino connected': s3() + 'Connecting to plant\n......\nWiFi connected\nIP address: 192.168.1.44\n',
    'arduino events':
      esp32() +
      '[D][WiFiGeneric.cpp:342] _eventCallback(): Event: 2 - STA_START\n[D][WiFiGeneric.cpp:342] _eventCallback(): Event: 4 - STA_CONNECTED\n[D][WiFiGeneric.cpp:342] _eventCallback(): Event: 7 - STA_GOT_IP\n',
    'wifi that came up at the second try':
      esp32() + idf + 'W (900) wifi: disconnected, reason 201 NO_AP_FOUND\nI (900) net: retry\n' + wifiUp,
    'deep sleep cycle':
      'batt: 3.9 V\nsleep for 60 s\n' + esp32('0x5 (DEEPSLEEP_RESET)') + 'wake 17\nbatt: 3.9 V\n',
    'C3 deep sleep cycle': 'wake 3\n' + c3('0x5 (DSLEEP)') + 'wake 4\nbatt 4.0 V\n',
    'factory console': esp32() + idf + 'Factory test console ready\n> ',
    micropython:
      esp32() +
      'MicroPython v1.22.1 on 2024-01-05; Generic ESP32 module with ESP32\nType "help()" for more information.\n>>> ',
    'micropython on a Pico':
      'MicroPython v1.20.0 on 2023-04-26; Raspberry Pi Pico W with RP2040\nType "help()" for more information.\n>>> ',
    'micropython only a prompt': 'MPY: soft reboot\n>>> ',
    circuitpython:
      'Auto-reload is on. Simply save files over USB to run them or enter REPL to disable.\ncode.py output:\nHello\n\nCode done running.\n\nPress any key to enter the REPL. Use CTRL-D to reload.\n',
    'circuitpython prompt':
      'Adafruit CircuitPython 8.2.9 on 2023-12-06; Adafruit Feather RP2040 with rp2040\n>>> ',
    'esp8266 tasmota':
      esp8266(1) +
      '\n00:00:00.001 HDW: ESP8266EX\n00:00:00.078 CFG: Loaded from flash at FB, Count 12\n00:00:00.090 Project tasmota - Tasmota Version 13.2.0(tasmota)-2_7_4_9(2023-10-20T10:01:00)\n00:00:05.114 WIF: Connected\n00:00:05.400 HTP: Web server active on plug-4711 with IP address 10.0.0.31\n',
    tasmota32:
      esp32() +
      '00:00:00.001-230/49 HDW: ESP32-D0WD-V3\n00:00:00.020 UFS: FlashFS mounted with 304 kB free\n00:00:00.050 CFG: Loaded from File, Count 7\n00:00:00.500 Project tasmota - Tasmota Version 13.4.0(tasmota32)-2_0_14(2024-02-14T12:46:12)\n00:00:04.000 WIF: Connected\n',
    'esphome on 8266':
      esp8266(2) +
      '[I][logger:156]: Log initialized\n[I][app:029]: Running through setup()...\n[C][wifi:048]: Setting up WiFi...\n[I][wifi:617]: WiFi Connected!\n[C][wifi:428]:   IP Address: 192.168.0.71\n[I][app:062]: setup() finished successfully!\n',
    'esphome now':
      c3() +
      '[I][logger:171]: Log initialized\n[I][app:029]: Running through setup()...\n[W][component:157]: Component wifi set Warning flag: scanning for networks\n[I][wifi:617]: WiFi Connected!\n[I][safe_mode:041]: Boot seems successful; resetting boot loop counter\n',
    'esp8266 rboot jump':
      '\n ets Jan  8 2013,rst cause:1, boot mode:(3,7)\n\nload 0x40100000, len 2592, room 16\ntail 0\nchksum 0xf3\ncsum 0xf3\n\n2nd boot version : 1.6\n  SPI Speed      : 40MHz\n  SPI Mode       : QIO\n  SPI Flash Size & Map: 32Mbit(512KB+512KB)\njump to run user1 @ 1000\n',
    'esp8266 sketch': esp8266(1) + 'boot ok\nled blink\n',
    'esp8266 sdk got ip':
      esp8266(2) +
      'SDK:2.2.2-dev(38a443e)/Core:2.7.4=20704000/lwIP:STABLE-2_1_2_RELEASE/glue:1.2-30/BearSSL:5c771be\nwifi evt: 0\nscandone\nstate: 0 -> 2 (b0)\nstate: 2 -> 3 (0)\nstate: 3 -> 5 (10)\nconnected with plant, channel 1\nip:10.0.0.5,mask:255.255.255.0,gw:10.0.0.1\n',
    'esp8266 at firmware': esp8266(1) + '\n[Vendor:www.ai-thinker.com Version:0.9.2.4]\n\nready\n',
    'zephyr hello': zephyr + 'Hello World! nrf52840dk_nrf52840\n',
    'zephyr shell': zephyr + '[00:00:00.254,272] <inf> app: board ready\nuart:~$ ',
    'ncs app': '*** Booting nRF Connect SDK v2.5.0 ***\n[00:00:00.377,471] <inf> main: started\n',
    'mcuboot jump':
      mcuboot + 'I: Bootloader chainload address offset: 0xc000\nI: Jumping to the first image slot\n',
    'mcuboot and app':
      mcuboot +
      'I: Bootloader chainload address offset: 0xc000\nI: Jumping to the first image slot\n' +
      zephyr +
      '[00:00:00.010,100] <inf> app: up\n',
    'old mcuboot with zephyr banner':
      zephyr +
      '[00:00:00.005,000] <inf> mcuboot: Starting bootloader\n[00:00:00.007,000] <inf> mcuboot: Primary image: magic=good, swap_type=0x1, copy_done=0x3, image_ok=0x3\n[00:00:00.015,000] <inf> mcuboot: Swap type: none\n[00:00:00.020,000] <inf> mcuboot: Bootloader chainload address offset: 0xc000\n' +
      zephyr +
      'main: running\n',
    'linux login': uboot + linux + '\nWelcome to Demo\nboard login: ',
    'linux systemd': linux + '[    5.100000] systemd[1]: Reached target Multi-User System.\n',
    openwrt: linux + 'Please press Enter to activate this console.\n',
    nuttx: 'NuttShell (NSH) NuttX-12.2.1\nnsh> ',
    'idf console example': esp32() + idf + "Type 'help' to get the list of commands.\nesp32> ",
    'after the flash tool':
      'esptool.py v4.7.0\nSerial port /dev/ttyUSB0\nMAC: 24:6f:28:00:00:01\nHash of data verified.\n\nLeaving...\nHard resetting via RTS pin...\n--- idf_monitor on /dev/ttyUSB0 115200 ---\n' +
      esp32() +
      idf,
    'S3 after the watchdog reset of its flash tool': s3('0x10 (RTCWDT_RTC_RST)') + idf + wifiUp,
    'power switch that bounced': esp32().slice(0, 150) + '\n' + esp32() + idf + wifiUp,
    'ota and its restart':
      esp32() +
      idf +
      wifiUp +
      'I (90100) esp_https_ota: Starting OTA...\nI (99000) ota: OTA update succeeded\nI (99010) ota: Prepare to restart system!\n' +
      esp32('0xc (SW_CPU_RESET)') +
      idf +
      wifiUp,
  },
  brownout: {
    'detector on ESP32':
      esp32() + idf + '\nBrownout detector was triggered\n\n' + esp32('0xc (SW_CPU_RESET)'),
    'detector only': '\nBrownout detector was triggered\n',
    'reset reason on S3': s3('0xf (BROWNOUT_RST)') + idf,
    'reset reason on ESP32': esp32('0xf (RTCWDT_BROWN_OUT_RESET)'),
    'idf 5 wording': s3() + idf + 'E (1021) BOD: Brownout detector was triggered\n',
    'then a checksum error':
      'Brownout detector was triggered\n' +
      esp32('0xc (SW_CPU_RESET)').replace('entry 0x400805e4', 'csum err:0x5a!=0x1f\nets_main.c 371 '),
    'then a panic': 'Brownout detector was triggered\n' + dump('LoadProhibited'),
    'in a loop': times(4, 'connecting\nBrownout detector was triggered\n' + esp32('0xc (SW_CPU_RESET)')),
    'after a good boot': esp32() + idf + wifiUp + 'Brownout detector was triggered\n',
    'and a good boot after it':
      'Brownout detector was triggered\n' + esp32('0xc (SW_CPU_RESET)') + idf + wifiUp,
    'silent at Wi-Fi start': times(
      3,
      s2() + 'I (300) main: start\nI (561) wifi:wifi driver task: 3ffcbc38\n',
    ),
    'silent on rev 3 with CPU resets': times(
      3,
      esp32('0xc (SW_CPU_RESET)') + 'I (300) main: start\nI (420) phy_init: phy_version 4670,719f9f6\n',
    ),
    'silent in a sketch': times(4, c3() + 'Setup\nStarting WiFi\n'),
    'power glitch': newer('esp32c6-20220919', 'Sep 19 2022', '0x17 (PWR_GLITCH_RESET)'),
    'circuitpython safe mode':
      'You are in safe mode because:\nThe power dipped. Make sure you are providing enough power.\n',
    'raspberry pi': linux + '[    3.402113] hwmon hwmon1: Undervoltage detected!\nboard login: ',
  },
  panic: {
    'load prohibited': esp32() + idf + dump('LoadProhibited', 1),
    'store prohibited on S3': s3() + idf + dump('StoreProhibited'),
    'illegal instruction': dump('IllegalInstruction'),
    'cache error': dump('Cache disabled but cached memory region accessed'),
    'division by zero': dump('IntegerDivideByZero'),
    'riscv load fault': c3() + idf + riscvDump('Load access fault'),
    'riscv illegal instruction on C6': c6() + riscvDump('Illegal instruction'),
    'before the first line': dump('LoadProhibited').split('\n').slice(3).join('\n'),
    'old wording':
      'Guru Meditation Error of type LoadProhibited occurred on core  0. Exception was unhandled.\nRegister dump:\nPC      : 0x400e14ed  PS      : 0x00060d30\n',
    abort:
      esp32() +
      idf +
      '\nabort() was called at PC 0x40081a2b on core 0\n\nBacktrace: 0x40081c3e:0x3ffb1d20 0x40085a31:0x3ffb1d40\n',
    'assert in idf 4':
      'assertion "res == coreID || res == portMUX_FREE_VAL" failed: file "/idf/components/freertos/include/freertos/portmacro.h", line 294, function: vPortCPUReleaseMutexIntsDisabledInternal\nabort() was called at PC 0x400d4b5f on core 0\n',
    'assert in idf 5': 'assert failed: xQueueSemaphoreTake queue.c:1545 (pxQueue->uxItemSize == 0)\n',
    'error check':
      'ESP_ERROR_CHECK failed: esp_err_t 0x103 (ESP_ERR_INVALID_STATE) at 0x400d7a2b\nfile: "./main/main.c" line 32\n',
    'stack overflow': '***ERROR*** A stack overflow in task main has been detected.\n',
    'stack smashing': 'Stack smashing protect failure!\n\nabort() was called at PC 0x400d2138 on core 0\n',
    'corrupt heap':
      'CORRUPT HEAP: Bad head at 0x3ffbb0f0. Expected 0xabba1234 got 0x3ffb9a34\nassert failed: multi_heap_free multi_heap_poisoning.c:253 (head != NULL)\n',
    'in a loop': times(3, esp32('0xc (SW_CPU_RESET)') + dump('LoadProhibited')),
    'then a good boot': dump('LoadProhibited') + esp32('0xc (SW_CPU_RESET)') + idf + wifiUp,
    'after a good boot': esp32() + idf + wifiUp + dump('InstrFetchProhibited'),
    'that the watchdog ended': dump('LoadProhibited') + esp32('0x8 (TG1WDT_SYS_RESET)'),
    '8266 exception':
      esp8266() +
      'start\n\nException (28):\nepc1=0x40201a8f epc2=0x00000000 epc3=0x00000000 excvaddr=0x00000000 depc=0x00000000\n\n>>>stack>>>\n\nctx: cont\n',
    '8266 newer form':
      '--------------- CUT HERE FOR EXCEPTION DECODER ---------------\n\nException (29):\nepc1=0x40202b4c epc2=0x00000000 epc3=0x00000000 excvaddr=0x00000004 depc=0x00000000\n',
    '8266 sdk form':
      'Fatal exception 28(LoadProhibitedCause):\nepc1=0x4024d3a2, epc2=0x00000000, epc3=0x00000000, excvaddr=0x00000008, depc=0x00000000\n',
    '8266 panic': '\nPanic core_esp8266_main.cpp:137 __yield\n\n>>>stack>>>\n',
    '8266 without the first line':
      'epc1=0x40201a8f epc2=0x00000000 epc3=0x00000000 excvaddr=0x00000000 depc=0x00000000\n\n>>>stack>>>\n\nctx: cont\nsp: 3ffffdd0 end: 3fffffc0 offset: 01a0\n',
    'zephyr mpu fault':
      zephyr +
      'E: ***** MPU FAULT *****\nE:   Data Access Violation\nE:   MMFAR Address: 0x0\nE: r0/a1:  0x00000000  r1/a2:  0x20000a48\nE: Faulting instruction address (r15/pc): 0x0000081e\nE: >>> ZEPHYR FATAL ERROR 19: Unknown error on CPU 0\nE: Current thread: 0x20000300 (main)\nE: Halting system\n',
    'zephyr oops':
      zephyr +
      '[00:00:01.000,000] <err> os: >>> ZEPHYR FATAL ERROR 3: Kernel oops on CPU 0\n[00:00:01.000,000] <err> os: Halting system\n',
    'zephyr kernel panic': zephyr + 'E: >>> ZEPHYR FATAL ERROR 4: Kernel panic on CPU 0\n',
    'zephyr assertion':
      zephyr + 'ASSERTION FAIL [z_spin_lock_valid(l)] @ WEST_TOPDIR/zephyr/include/zephyr/spinlock.h:142\n',
    'zephyr old form':
      zephyr +
      '***** BUS FAULT *****\n  Imprecise data bus error\n***** Hardware exception *****\nFaulting instruction address = 0x3ebe\n',
    'zephyr on xtensa':
      zephyr +
      '[00:00:01.515,000] <err> os:  ** FATAL EXCEPTION\n[00:00:01.515,000] <err> os:  ** CPU 0 EXCCAUSE 29 (store prohibited)\n[00:00:01.515,000] <err> os:  **  PC 0x42002f1d VADDR 0x4\n',
    'stm32 hard fault':
      'App v1.0 start\n\n[HardFault]\nR0 = 0x00000000\nPC = 0x08001a3c\nLR = 0x08001b01\nCFSR = 0x00008200\n',
    'cm backtrace':
      'Firmware name: demo, hardware version: V1.0, software version: V0.1\nFault on thread main\nHard fault is caused by debug event\n',
    'mbed fault':
      '++ MbedOS Fault Handler ++\n\nFaultType: HardFault\n\nContext:\nR   0: 00000000\nPC   : 08004A12\nLR   : 08004A05\n',
    'mbed error':
      '++ MbedOS Error Info ++\nError Status: 0x80FF013D Code: 317 Module: 255\nError Message: Fault exception\nLocation: 0x8006A55\n',
    nuttx:
      'NuttShell (NSH)\nup_hardfault: PANIC!!! Hard fault: 40000000\nup_assert: Assertion failed at file:armv7-m/up_hardfault.c line: 171 task: init\n',
    'pico sdk': '\n*** PANIC ***\n\nHard assert\n',
    'rust std':
      "thread 'main' panicked at src/main.rs:23:14:\ncalled `Result::unwrap()` on an `Err` value: ESP_FAIL\n",
    'esp-hal':
      '\n\n====================== PANIC ======================\npanicked at src/bin/main.rs:41:5:\nboom\n',
    circuitpython:
      'You are in safe mode because:\nCircuitPython core code crashed hard. Whoops!\nCrash into the HardFault_Handler.\n',
    'u-boot abort':
      'U-Boot 2022.01 (Jan 10 2022 - 18:46:34 +0000)\n\nDRAM:  1 GiB\n"Synchronous Abort" handler, esr 0x96000004\nelr: 0000000000080a3c lr : 0000000000080a10 (reloc)\n',
  },
  watchdog: {
    'task watchdog':
      esp32() +
      idf +
      'E (5316) task_wdt: Task watchdog got triggered. The following tasks did not reset the watchdog in time:\nE (5316) task_wdt:  - IDLE (CPU 0)\nE (5316) task_wdt: Tasks currently running:\nE (5316) task_wdt: CPU 0: main\n',
    'task watchdog and abort':
      'E (10316) task_wdt: Task watchdog got triggered. The following tasks/users did not reset the watchdog in time:\nE (10316) task_wdt:  - loopTask (CPU 1)\nE (10316) task_wdt: Aborting.\nabort() was called at PC 0x400e1c2f on core 0\n',
    'its end only':
      'E (10316) task_wdt: Tasks currently running:\nE (10316) task_wdt: CPU 0: IDLE0\nE (10316) task_wdt: CPU 1: loopTask\nE (10316) task_wdt: Aborting.\nabort() was called at PC 0x400e1c2f on core 0\n',
    'interrupt watchdog': dump('Interrupt wdt timeout on CPU1', 1),
    'interrupt watchdog on C3': riscvDump('Interrupt wdt timeout on CPU0'),
    'silent group 1': times(2, esp32('0x8 (TG1WDT_SYS_RESET)') + 'start\n'),
    'silent group 0 on C3': c3() + 'start\n' + c3('0x7 (TG0WDT_SYS_RST)') + 'start\n',
    'silent rtc watchdog': esp32() + 'start\n' + esp32('0x10 (RTCWDT_RTC_RESET)') + 'start\n',
    'super watchdog': s3('0x12 (SUPER_WDT_RST)') + s3('0x12 (SUPER_WDT_RST)'),
    '8266 soft':
      esp8266() +
      'start\n\nSoft WDT reset\n\n>>>stack>>>\n\nctx: cont\nsp: 3ffffdf0 end: 3fffffc0 offset: 01a0\n<<<stack<<<\n',
    '8266 hard': esp8266() + 'start\n' + esp8266(4) + 'start\n',
    '8266 only the ROM': esp8266(4),
    'tasmota reason':
      '00:00:08.114 RSL: INFO3 = {"Info3":{"RestartReason":"Fatal exception:4 flag:3 (SOFT_WDT) epc1:0x40100f9c epc2:0x00000000"}}\n',
    'linux soft lockup':
      linux + '[   48.013382] watchdog: BUG: soft lockup - CPU#0 stuck for 22s! [swapper/0:1]\n',
    'linux stall': linux + '[   60.122001] rcu: INFO: rcu_sched self-detected stall on CPU\n',
    'then a panic':
      'E (5316) task_wdt: Task watchdog got triggered. The following tasks did not reset the watchdog in time:\n' +
      dump('LoadProhibited'),
    'after a good boot': esp32() + idf + wifiUp + esp32('0x8 (TG1WDT_SYS_RESET)'),
  },
  bad_image: {
    'blank ESP32': times(
      3,
      'ets Jul 29 2019 12:21:46\n\nrst:0x10 (RTCWDT_RTC_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)\n' +
        times(7, 'invalid header: 0xffffffff\n'),
    ),
    'blank S3':
      'ESP-ROM:esp32s3-20210327\nBuild:Mar 27 2021\nrst:0x7 (TG0WDT_SYS_RST),boot:0x8 (SPI_FAST_FLASH_BOOT)\nSaved PC:0x40048836\n' +
      times(6, 'invalid header: 0xffffffff\n'),
    'other data':
      'rst:0x10 (RTCWDT_RTC_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)\n' +
      times(4, 'invalid header: 0x210150aa\n'),
    'checksum of the bootloader': esp32Early('0x10 (RTCWDT_RTC_RESET)').replace(
      'entry 0x400805e4',
      'csum err:0x9a!=0x5f\nets_main.c 371 ',
    ),
    'checksum on C3': c3('0x7 (TG0WDT_SYS_RST)').replace(
      'entry 0x403c98d0',
      'Checksum failure. Calculated 0x7a stored 0x12\nets_main.c 333 ',
    ),
    'huge length':
      'rst:0x10 (RTCWDT_RTC_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)\nmode:DIO, clock div:2\nload:0x3fff0018,len:4\nload:0xe3f402c3,len:-1895233210\n',
    'no partition table':
      esp32() +
      'I (29) boot: ESP-IDF v4.4.4 2nd stage bootloader\nE (61) flash_parts: partition 0 invalid magic number 0xffff\nE (66) boot: Failed to verify partition table\nE (71) boot: load partition table error!\n',
    'no app':
      esp32() +
      table() +
      'E (95) esp_image: image at 0x10000 has invalid magic byte (nothing flashed here?)\nE (102) boot: Factory app partition is not bootable\nE (107) boot: No bootable app partitions in the partition table\nuser code done\n',
    'bad hash':
      esp32() +
      table() +
      segments +
      'E (512) esp_image: Image hash failed - image is corrupt\nE (514) boot: Factory app partition is not bootable\n',
    'bad checksum of the app':
      table() +
      segments +
      'E (412) esp_image: Checksum failed. Calculated 0x3c read 0x9f\nE (414) boot: OTA app partition slot 0 is not bootable\n',
    'bad segment length':
      table() +
      'E (120) esp_image: invalid segment length 0xffffffff\nE (126) boot: Factory app partition is not bootable\n',
    'does not fit':
      table() +
      segments +
      "E (838) esp_image: Image length 1114112 doesn't fit in partition length 1048576\n",
    'wrong chip':
      s3() +
      table() +
      'E (95) boot_comm: mismatch chip ID, expected 9, found 0\nE (100) boot: Factory app partition is not bootable\n',
    'chip too old':
      esp32() +
      table() +
      'E (99) boot_comm: Image requires chip rev >= v3.0, but chip is v1.0\nE (105) boot: Factory app partition is not bootable\n',
    'flash smaller than the image says':
      esp32() +
      table() +
      segments +
      loaded +
      'E (372) spi_flash: Detected size(4096k) smaller than the size in the binary image header(16384k). Probe failed.\n\nassert failed: do_core_init startup.c:328 (flash_ret == ESP_OK)\n',
    '8266 error magic':
      '2nd boot version : 1.7(5d6f877)\njump to run user1 @ 1000\n\nerror magic!\nbackup boot failed.\n',
    '8266 checksum':
      ' ets Jan  8 2013,rst cause:1, boot mode:(3,6)\n\nload 0x40100000, len 31840, room 16 \ntail 0\nchksum 0x3e\ncsum 0x91\ncsum err\nets_main.c \n',
    '8266 no radio data': esp8266() + times(4, 'rf_cal[0] !=0x05,is 0xFF\n'),
    'mcuboot without an image':
      mcuboot + 'E: Image in the primary slot is not valid!\nE: Unable to find bootable image\n',
    'spl without u-boot':
      'U-Boot SPL 2022.04 (Apr 04 2022 - 14:41:03 +0000)\nTrying to boot from MMC1\nspl: mmc boot failed: err - -6\nSPL: failed to boot from all boot devices\n### ERROR ### Please RESET the board ###\n',
    'u-boot without a kernel':
      uboot.split('##')[0] + "Wrong Image Format for bootm command\nERROR: can't get kernel image!\n=> ",
    'only the last words': times(
      3,
      'ets_main.c 371 \nets Jun  8 2016 00:22:57\n\nrst:0x10 (RTCWDT_RTC_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)\n',
    ),
  },
  flash_read_error: {
    'rom 1000': times(
      2,
      'ets Jun  8 2016 00:22:57\n\nrst:0x10 (RTCWDT_RTC_RESET),boot:0x33 (SPI_FAST_FLASH_BOOT)\nflash read err, 1000\nets_main.c 371 \n',
    ),
    'rom 988':
      'rst:0x1 (POWERON_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)\nflash read err, 988\nFalling back to built-in command interpreter.\n',
    'all zeros':
      'rst:0x10 (RTCWDT_RTC_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)\n' +
      times(5, 'invalid header: 0x00000000\n'),
    'a stuck bit': c3('0x7 (TG0WDT_SYS_RST)').split('SPIWP')[0] + times(5, 'invalid header: 0xfffffeff\n'),
    'app finds no flash':
      esp32() +
      table() +
      segments +
      loaded +
      'E (306) memspi: no response\nE (306) spi_flash: detect failed\n\nabort() was called at PC 0x400d2b1c on core 0\n',
    'u-boot sees no flash':
      'U-Boot 2021.10 (Oct 04 2021 - 11:09:26 +0000)\nSF: unrecognized JEDEC id bytes: ff, ff, ff\n=> ',
    squashfs: linux + '[    4.221001] SQUASHFS error: Unable to read data cache entry [3a1b2]\n',
  },
  download_mode: {
    ESP32:
      'ets Jul 29 2019 12:21:46\n\nrst:0x1 (POWERON_RESET),boot:0x3 (DOWNLOAD_BOOT(UART0/UART1/SDIO_REI_REO_V2))\nwaiting for download\n',
    'S3 over USB':
      'ESP-ROM:esp32s3-20210327\nBuild:Mar 27 2021\nrst:0x15 (USB_UART_CHIP_RESET),boot:0x0 (DOWNLOAD(USB/UART0))\nSaved PC:0x40041a76\nwaiting for download\n',
    C3: 'ESP-ROM:esp32c3-api1-20210207\nBuild:Feb  7 2021\nrst:0x1 (POWERON),boot:0x5 (DOWNLOAD(USB/UART0/1))\nwaiting for download\n',
    '8266': ' ets Jan  8 2013,rst cause:2, boot mode:(1,6)\n\n',
    'after a good boot':
      esp32() +
      idf +
      wifiUp +
      'ets Jul 29 2019 12:21:46\n\nrst:0x1 (POWERON_RESET),boot:0x3 (DOWNLOAD_BOOT(UART0/UART1/SDIO_REI_REO_V2))\nwaiting for download\n',
    'only its last line': 'waiting for download\n',
  },
  secure_boot_fail: {
    'v1 rom':
      'rst:0x10 (RTCWDT_RTC_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)\nload:0x40080400,len:3028\nsecure boot check fail\nets_main.c 371\n',
    'v2 rom':
      'ESP-ROM:esp32s3-20210327\nrst:0x7 (TG0WDT_SYS_RST),boot:0x8 (SPI_FAST_FLASH_BOOT)\nValid secure boot key blocks: 0\nNo signature block magic byte found at signature sector (found 0xcd not 0xe7). Image not V2 signed?\nsecure boot verification failed\nets_main.c 333 \n',
    'second stage':
      esp32() +
      table() +
      segments +
      'I (700) esp_image: Verifying image signature...\nE (705) secure_boot_v2: Sig block 0 invalid: Image digest does not match\nE (710) secure_boot_v2: Secure Boot V2 verification failed.\nE (715) esp_image: Secure boot signature verification failed\nE (720) boot: Factory app partition is not bootable\nE (725) boot: No bootable app partitions in the partition table\n',
    'other key':
      "E (810) secure_boot_v2: Public key digest in eFuse BLOCK2 and the current key digest don't match.\n",
    'encrypted for another key':
      'rst:0x10 (RTCWDT_RTC_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)\n' +
      times(7, 'invalid header: 0xddae3f82\n'),
    'plain image on an encrypting chip': times(
      3,
      'ets Jul 29 2019 12:21:46\n\nrst:0x10 (RTCWDT_RTC_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)\ninvalid header: 0xf82bbea3\ninvalid header: 0xf82bbea3\n',
    ),
    'u-boot fit':
      uboot.split('##')[0] +
      "   Verifying Hash Integrity ... sha256,rsa2048:dev- error!\nFailed to verify required signature 'key-dev'\nBad Data Hash\nERROR: can't get kernel image!\n",
  },
  out_of_memory: {
    'heap caps':
      esp32() +
      idf +
      'heap_caps_malloc was called but failed to allocate 32768 bytes with 0x1800 capabilities.\n',
    'then abort':
      'heap_caps_malloc was called but failed to allocate 1704 bytes with 0x1800 capabilities.\n\nabort() was called at PC 0x40152f0f on core 1\n\nBacktrace: 0x40083b1d:0x3ffcf010 0x4008ec35:0x3ffcf030\n',
    'then a null pointer':
      'E (5121) camera: cam_dma_config(301): frame buffer malloc failed\n' + dump('StoreProhibited'),
    'no mem in an error check':
      'ESP_ERROR_CHECK failed: esp_err_t 0x101 (ESP_ERR_NO_MEM) at 0x4008d1a7\nfile: "./main/app.c" line 88\nabort() was called at PC 0x4008d1a7 on core 0\n',
    'bad alloc':
      "terminate called after throwing an instance of 'std::bad_alloc'\n  what():  std::bad_alloc\n\nabort() was called at PC 0x401b2a5f on core 0\n",
    'wifi buffers':
      esp32() +
      idf +
      'E (912) wifi:Expected to init 10 rx buffer, actual is 4\nE (915) wifi_init: Failed to deinit Wi-Fi driver (0x3001)\nE (915) wifi:malloc buffer fail\nE (920) main: esp_wifi_init failed: ESP_ERR_NO_MEM\n',
    'failed to allocate memory': esp32() + idf + 'E (2044) esp-sha: Failed to allocate buf memory\n',
    micropython:
      'Traceback (most recent call last):\n  File "main.py", line 8, in <module>\nMemoryError: memory allocation failed, allocating 4096 bytes\nMicroPython v1.22.1 on 2024-01-05; Generic ESP32 module with ESP32\nType "help()" for more information.\n>>> ',
    '8266 sdk': esp8266() + 'E:M 1520\nE:M 1520\n',
    '8266 dump':
      'Exception (29):\nepc1=0x4000e1b2 epc2=0x00000000 epc3=0x00000000 excvaddr=0x00000000 depc=0x00000000\nlast failed alloc call: 40201D2B(2048)\n',
    pico: '\n*** PANIC ***\n\nOut of memory\n',
    rust: 'memory allocation of 40960 bytes failed\n',
    'linux oom': linux + '[   51.310022] Out of memory: Killed process 211 (app) total-vm:512000kB\n',
    'after a good boot':
      esp32() +
      idf +
      wifiUp +
      'heap_caps_malloc was called but failed to allocate 5120 bytes with 0x1800 capabilities.\n',
  },
  wifi_fail: {
    'idf reasons':
      esp32() +
      idf +
      'I (610) wifi:state: init -> auth (b0)\nI (620) wifi:state: auth -> assoc (0)\nI (640) wifi:state: assoc -> run (10)\nI (3650) wifi:state: run -> init (f00)\nW (3660) main: disconnected, reason 15\nI (3661) main: retry to connect to the AP\n',
    'no ap': esp32() + idf + 'W (2900) wifi: disconnected, reason:201\nconnect to the AP fail\n',
    'auth fail': idf + 'I (1070) wifi: STA_DISCONNECTED, reason:202\n',
    'arduino event with a name': '[W][WiFiGeneric.cpp:1062] _eventCallback(): Reason: 203 - ASSOC_FAIL\n',
    'arduino 3': '[ 3342][W][STA.cpp:137] _onStaArduinoEvent(): Reason: 204 - HANDSHAKE_TIMEOUT\n',
    'esphome words':
      "[W][wifi_esp32:482]: Event: Disconnected ssid='plant' bssid=02:00:00:00:00:01 reason='Auth Expired'\n[W][wifi:451]: Error while connecting to network.\n",
    tasmota:
      esp8266(1) +
      '00:00:00 Project plug Sonoff (Topic plug, Fallback DVES_676A06, GroupTopic sonoffs) Version 6.2.1-2_4_2\n00:00:00 WIF: Connecting to AP1 plant in mode 11N as plug-2566...\n00:00:10 WIF: Connect failed as AP cannot be reached\n',
    'tasmota in a loop': times(
      3,
      '00:00:00 CFG: Loaded from flash at F6, Count 6\n00:00:15 WIF: Connect failed with AP timeout\n00:00:35 APP: Restarting\n' +
        esp8266(2),
    ),
    'sketch that restarts': times(
      3,
      esp32('0xc (SW_CPU_RESET)') + 'Connecting to WiFi...\nFailed to connect to WiFi, restarting\n',
    ),
    '8266 sdk': 'scandone\nno plant found, reconnect after 1s\nreconnect\n',
    'beacon timeout after a good boot':
      esp32() +
      idf +
      wifiUp +
      'I (90100) wifi:bcn_timout,ap_probe_send_start\nI (93000) wifi:state: run -> init (c800)\nW (93001) wifi: disconnected, reason 200 BEACON_TIMEOUT\n',
    'wpa supplicant':
      linux +
      'wlan0: CTRL-EVENT-SSID-TEMP-DISABLED id=0 ssid="plant" auth_failures=1 duration=10 reason=WRONG_KEY\n',
    circuitpython:
      'code.py output:\nConnecting to plant\nTraceback (most recent call last):\n  File "code.py", line 12, in <module>\nConnectionError: No network with that ssid\n',
  },
  kernel_panic: {
    'no root':
      uboot +
      linux +
      '[    1.886214] VFS: Cannot open root device "mmcblk0p2" or unknown-block(0,0): error -6\n[    1.886214] Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)\n',
    'no init':
      linux +
      '[    2.012001] Kernel panic - not syncing: No working init found.  Try passing init= option to kernel.\n',
    'init killed':
      linux + '[    3.400012] Kernel panic - not syncing: Attempted to kill init! exitcode=0x0000000b\n',
    'fatal exception':
      linux +
      '[   12.100200] Unable to handle kernel NULL pointer dereference at virtual address 00000010\n[   12.200000] Internal error: Oops: 17 [#1] SMP ARM\n[   12.400002] Kernel panic - not syncing: Fatal exception in interrupt\n',
    'after login':
      linux + 'board login: \n[  300.000001] Kernel panic - not syncing: hung_task: blocked tasks\n',
    'and the loop after it': times(
      2,
      uboot +
        linux +
        '[    1.886214] Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(179,2)\n',
    ),
  },
  boot_loop: {
    'esp32 sw resets': times(4, esp32('0xc (SW_CPU_RESET)') + 'start\n'),
    'rom only': times(3, esp32()),
    'restart after output': esp32() + idf + 'I (900) main: up\n' + esp32('0xc (SW_CPU_RESET)'),
    'C3 sw resets': times(3, c3('0x3 (RTC_SW_SYS_RST)') + 'setup\n'),
    '8266': times(3, esp8266(2) + 'start\n'),
    'kernel start': times(2, uboot),
    'second stage only': times(3, table() + segments),
    'zephyr banners': times(3, zephyr),
    'mcuboot and app again': times(3, mcuboot + 'I: Jumping to the first image slot\n' + zephyr),
    'esphome safe mode':
      esp32('0xc (SW_CPU_RESET)') +
      '[C][safe_mode:079]: There have been 10 suspected unsuccessful boot attempts\n[E][safe_mode:086]: Boot loop detected. Proceeding to safe mode\n[I][app:029]: Running through setup()...\n',
    'lost banners': times(3, 'I (300) main: start\nI (2800) main: sampling\n'),
    'good twice without a word': times(2, esp32('0xc (SW_CPU_RESET)') + idf + wifiUp),
  },
  unknown: {
    empty: '',
    'only blank lines': '\n\r\n\n',
    garbage: '\u0000\u0012\ufffd\ufffdx~\ufffd{l\ufffd|\ufffd\n\ufffd\u0001$l\ufffd\n',
    'rom of ESP32': esp32(),
    'rom of 8266': esp8266(),
    'bootloader banner': esp32() + table().split('\n').slice(0, 3).join('\n'),
    'data partitions only': esp32() + table().split('\n').slice(0, 12).join('\n'),
    'one line of text': 'hello\n',
    'u-boot starts the kernel': uboot,
    'u-boot prompt': uboot.split('##')[0] + '=> ',
    'linux without login': uboot + linux,
    'mcuboot hangs': mcuboot,
    'old mcuboot hangs': zephyr + 'I: Starting bootloader\n',
    'ends as Wi-Fi starts':
      s2() + 'I (300) main: start\nI (310) main: sensors\nI (561) wifi:wifi driver task: 3ffcbc38\n',
    'ends in a torn word of trouble': esp32() + 'demo 1.4.2\nid node-7\n\nBrownout dete',
    'still joining': esp32() + idf + 'I (610) wifi:state: init -> auth (b0)\n',
    'errors after app_main':
      esp32() + idf + 'E (810) camera: Camera probe failed with error 0x105(ESP_ERR_NOT_FOUND)\n',
    'a sketch that complains': esp32() + 'sensor node 1.3\nBME280 not found, check wiring!\n',
    'start of another firmware': '1: init\n2: clocks\n3: bus\n',
  },
};

/** Logs written after the grammars of the ROMs and frameworks, each with the one label that it should get. */
export const labelledLogs: readonly LabelledLog[] = Object.entries(logs).flatMap(([label, byName]) =>
  Object.entries(byName).map(([name, text]) => ({
    name: `${label}: ${name}`,
    label: label as BootLabel,
    text,
  })),
);

/** Logs that were recorded on boards, with names and places made up anew; each has the label that its owner gave it. */
export const recordedLogs: readonly LabelledLog[] = readFileSync('tests/drivers/data/bootlogs.jsonl', 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as { id: string; label: BootLabel; text: string })
  .map(({ id, label, text }) => ({ name: id, label, text }));
