/**
 * Every duration of the virtual boards, in milliseconds, in one place. They are near those of an ESP32 module on a bench
 * supply; a boot to the first line of the application takes about 400 ms, most of it text at 115200 baud.
 */
export const timings = {
  /** From switching on until the rail is up. */
  railRise: 60,
  /** From switching off until the rail is down. */
  railFall: 80,
  /** From switching on until the board's capacitors are charged. */
  inrush: 20,
  /** Between two values of a meter while the rail moves. */
  railStep: 15,
  /** From switching on until the supervisor lets the chip go. */
  powerOnReset: 45,
  /** From a reset to the ROM's first character. */
  romStart: 8,
  /** The ROM's reading of the second stage. */
  romLoad: 5,
  /** Between two tries of the ROM to find an image. */
  romRetry: 40,
  /** From the ROM's last word about a bad image to the reset by its watchdog. */
  romWatchdog: 120,
  /** The second stage's set-up of flash and cache. */
  secondStageStart: 6,
  /** Reading and hashing an application, for each MiB. */
  imageCheckPerMiB: 90,
  /** Start of the cores and the scheduler. */
  systemStart: 15,
  /** From a software reset's cause to the reset, once its last word is out. */
  softwareReset: 3,
  /** From its loader's jump until an STM32's program begins to work. */
  stm32GoStart: 150,
  /** An STM32's start to its first line. */
  stm32Start: 2,
  /** Erasing all of an STM32's flash; one sector of it, and what that takes longer for each 16 KiB. About a tenth of the datasheets' times. */
  stm32MassErase: 60,
  stm32EraseSector: 2,
  stm32ErasePer16KiB: 20,
  /** From the collapse of the supply until it carries the chip again. */
  brownoutRecovery: 30,
  /** Optiboot's watchdog: longest time between two bytes of the host. */
  optibootWatchdog: 1000,
  /** Its watchdog when it wants to be reset. */
  optibootExit: 16,
  /** Erasing and writing a page of an AVR's flash. */
  avrPageWrite: 8,
  /** From a reset into the USB loader until the host shows the drive. */
  usbDrive: 300,
  /** One sector of 512 bytes over full-speed USB. */
  usbSector: 0.42,
  /** From the last block of a UF2 file to the reset by the boot ROM. */
  uf2Restart: 1000,
  /** An update over the air, for each KiB: as it arrives and goes into flash. */
  updatePerKiB: 2.5,
  /** From the end of an update to the reset. */
  updateRestart: 100,
  /** A gateway's boot loader, and its kernel with its services. */
  gatewayLoader: 60,
  gatewayKernel: 240,
} as const;
