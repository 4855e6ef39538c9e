// Longer than 250 lines: it is one table, and a table is read best in one place.
import type { Blame, Category } from './errors.js';

export interface CatalogueEntry {
  blame: Blame;
  category: Category;
  /** Whether trying the same operation again on the same board can help. */
  retryable: boolean;
  /** What happened, in one sentence. */
  cause: string;
  /** What to do, in one sentence, for the person who `blame` names. */
  remedy: string;
}

/** Every error code of the product. `docs/errors.md` is held to this table by a test. */
export const catalogue = {
  // connection
  DUT_SILENT: {
    blame: 'dut',
    category: 'connection',
    retryable: true,
    cause: 'The board is powered, but its loader, or the device at its network address, does not answer.',
    remedy: 'Reseat the board and run it again; if it stays silent, send it to rework.',
  },
  DUT_NOT_IN_LOADER: {
    blame: 'dut',
    category: 'connection',
    retryable: true,
    cause: 'The board runs its firmware instead of the loader: the boot strap had no effect.',
    remedy: 'Check the boot-strap contact of the nest and the board; run the unit again.',
  },
  PORT_NOT_FOUND: {
    blame: 'rig',
    category: 'connection',
    retryable: false,
    cause: 'The serial port named in the station file does not exist.',
    remedy: 'Plug the adapter in, or correct serial.path in the station file.',
  },
  PORT_PERMISSION: {
    blame: 'rig',
    category: 'permission',
    retryable: false,
    cause: 'The serial port may not be opened by this user.',
    remedy: 'Add the user to the group that owns the port (dialout on Debian) and log in again.',
  },
  PORT_BUSY: {
    blame: 'rig',
    category: 'connection',
    retryable: true,
    cause: 'Another process holds the serial port.',
    remedy: 'Close the terminal program or the other run that uses the port.',
  },
  PORT_LOST: {
    blame: 'rig',
    category: 'connection',
    retryable: true,
    cause: 'The serial port went away or stopped taking data while it was in use.',
    remedy: 'Check the USB cable and the hub; run the unit again.',
  },
  DRIVE_WRONG: {
    blame: 'rig',
    category: 'connection',
    retryable: false,
    cause:
      'The boot drive of the slot was there before its board was started, and stayed while it was reset.',
    remedy:
      'Unplug boards that are in no nest, and check that bootDrive in the station file is mounted from the USB port of this slot.',
  },
  DRIVE_PERMISSION: {
    blame: 'rig',
    category: 'permission',
    retryable: false,
    cause: 'The boot drive may not be written by this user, or is mounted read-only.',
    remedy: 'Mount it with the options that docs/rig-files.md gives for `bootDrive`.',
  },
  NETWORK_UNREACHABLE: {
    blame: 'rig',
    category: 'network',
    retryable: true,
    cause: 'The host has no way to the network address of the slot, or may not use it.',
    remedy: 'Check cable, switch and the address in the station file; `ping` it from the station.',
  },
  CONNECTION_LOST: {
    blame: 'dut',
    category: 'network',
    retryable: true,
    cause:
      'The network connection to the device ended while it was in use: the device restarted, or its link went away.',
    remedy:
      'Check power and network cable of the slot, and run the unit again; if it repeats, rework the unit.',
  },
  AUTH_REFUSED: {
    blame: 'rig',
    category: 'permission',
    retryable: false,
    cause: 'The device asks for a user and password, and does not take those of the station file.',
    remedy: 'Correct user and password of the slot in the station file.',
  },
  HOST_KEY_WRONG: {
    blame: 'rig',
    category: 'verification',
    retryable: false,
    cause: 'The SSH server at the address of the slot has another host key than the one that was given.',
    remedy: 'Check that the address is that of the slot; if the device rightly has another key, correct it.',
  },
  // identity
  IDENTITY_UNREADABLE: {
    blame: 'dut',
    category: 'verification',
    retryable: true,
    cause: 'The device answers, but not with a page that says who it is.',
    remedy:
      'Try a good device; if that is refused too, correct identity in the board file, else take the unit out: it is another product.',
  },
  WRONG_CHIP: {
    blame: 'dut',
    category: 'verification',
    retryable: false,
    cause: 'The chip in the slot is not the one that the board file names.',
    remedy: 'Take the board out: it is another product or a wrong part is fitted.',
  },
  DUPLICATE_MAC: {
    blame: 'dut',
    category: 'verification',
    retryable: false,
    cause: 'Two slots of the run report the same MAC address.',
    remedy:
      'Check that each nest has its own cable; if so, one of the two boards is cloned or misprogrammed.',
  },
  DEVICE_CHANGED: {
    blame: 'rig',
    category: 'verification',
    retryable: false,
    cause: 'Another device answers at the address of the slot than the one that was identified there.',
    remedy:
      'Give each slot an address that no other device can take, and run both devices again: nothing is proved of either.',
  },
  FLASH_TOO_SMALL: {
    blame: 'dut',
    category: 'verification',
    retryable: false,
    cause: 'The flash chip is smaller than the release needs.',
    remedy: 'Take the board out: a wrong flash part is fitted.',
  },
  // flash
  FLASH_WRITE_FAILED: {
    blame: 'dut',
    category: 'flash',
    retryable: true,
    cause: 'The loader refused or failed to write a block.',
    remedy: 'Run the unit again once; if it fails at the same address, replace the flash chip.',
  },
  FLASH_ERASE_FAILED: {
    blame: 'dut',
    category: 'flash',
    retryable: true,
    cause: 'The loader failed to erase the region.',
    remedy: 'Run the unit again once; if it fails again, replace the flash chip.',
  },
  FLASH_READ_FAILED: {
    blame: 'dut',
    category: 'flash',
    retryable: true,
    cause: 'The flash could not be read back, or what arrived does not match its digest.',
    remedy: 'Run the unit again; if it repeats, check the serial wiring and the flash chip.',
  },
  FLASH_VERIFY_MISMATCH: {
    blame: 'dut',
    category: 'verification',
    retryable: true,
    cause: 'The digest of what is in flash differs from the image.',
    remedy: 'Run the unit again once; if it repeats at the same region, replace the flash chip.',
  },
  FLASH_STALLED: {
    blame: 'dut',
    category: 'flash',
    retryable: true,
    cause: 'The loader stopped answering in the middle of a write, read or erase.',
    remedy: 'Reseat the board and run it again; if it repeats, check supply and serial wiring.',
  },
  FLASH_PROTECTED: {
    blame: 'dut',
    category: 'flash',
    retryable: false,
    cause: 'The chip is protected: its loader refuses to read, write and erase its flash.',
    remedy:
      'Find out who protected it and whether it may be erased; lifting the protection erases the whole chip, and is done only by hand.',
  },
  FLASH_PROTOCOL: {
    blame: 'dut',
    category: 'flash',
    retryable: true,
    cause: 'The loader answered with something that is not its protocol.',
    remedy:
      'Lower flash.baudRate in the board file if it repeats over several boards; else rework the board.',
  },
  FLASH_UNSUPPORTED: {
    blame: 'config',
    category: 'config',
    retryable: false,
    cause: 'The flash driver cannot do what was asked on this chip.',
    remedy: 'Choose another driver in the board file.',
  },
  FLASH_ABORTED: {
    blame: 'operator',
    category: 'flash',
    retryable: true,
    cause: 'The write was aborted on request.',
    remedy: 'Run the unit again.',
  },
  // tools
  FLASH_TIME_LIMIT: {
    blame: 'dut',
    category: 'flash',
    retryable: false,
    cause: 'Writing or verifying took longer, or writing was faster, than the board file allows.',
    remedy:
      'Too slow: a worn or wrong flash chip, or a poor contact. Too fast: not everything can have been written. Send the board to rework.',
  },
  ROLLBACK_FAILED: {
    blame: 'dut',
    category: 'flash',
    retryable: true,
    cause:
      'The unit failed after its flash was written, and what it held before could not be put back and proved.',
    remedy: 'The board was left off and must not be used; run `npx rig rollback UNIT`, or send it to rework.',
  },
  WRONG_UNIT: {
    blame: 'rig',
    category: 'verification',
    retryable: false,
    cause: 'The board in the slot is not the unit that was asked for.',
    remedy: 'Nothing was written. Put the unit whose id was given into the slot.',
  },
  BACKUP_MISSING: {
    blame: 'config',
    category: 'config',
    retryable: false,
    cause: 'There is no backup of the unit in the results folder.',
    remedy:
      'Check the id; only boards whose board file says `backup: regions` or `whole` are read out before a write.',
  },
  BACKUP_DAMAGED: {
    blame: 'rig',
    category: 'other',
    retryable: false,
    cause: 'The files of a backup are not what was read out of the board.',
    remedy: 'Nothing was written. Take the folder from an archive, or provision the unit anew.',
  },
  VOLTAGE_OUT_OF_LIMITS: {
    blame: 'dut',
    category: 'power',
    retryable: false,
    cause: 'The supply of the slot was outside the limits of the board file before anything was written.',
    remedy:
      'Too low: reseat the board and look for a short. Too high: the supply of the slot is wrong; take the boards out and correct it.',
  },
  TOOL_MISSING: {
    blame: 'rig',
    category: 'config',
    retryable: false,
    cause: 'A vendor tool that the board file asks for is not installed.',
    remedy: 'Install it with the command that the message gives.',
  },
  TOOL_FAILED: {
    blame: 'rig',
    category: 'other',
    retryable: true,
    cause: 'A vendor tool ended with an error that has no code of its own.',
    remedy: 'Read the tool output in the message and the record.',
  },
  TOOL_TIMEOUT: {
    blame: 'rig',
    category: 'timeout',
    retryable: true,
    cause: 'A vendor tool did not end within its deadline and was killed.',
    remedy: 'Run it by hand with the command in the message to see where it stops.',
  },
  // power and lines
  LINE_NOT_FOUND: {
    blame: 'rig',
    category: 'config',
    retryable: false,
    cause: 'The GPIO line, hub port or relay named in the station file does not exist.',
    remedy:
      'Correct chip and line, hub and port, or the url; `gpiodetect` lists the chips of this host, `uhubctl` its hubs.',
  },
  LINE_PERMISSION: {
    blame: 'rig',
    category: 'permission',
    retryable: false,
    cause: 'The GPIO line or the hub port may not be used by this user.',
    remedy:
      'Add the user to the group that owns the GPIO devices (gpio on Raspberry Pi OS) and log in again; for a hub the message has the udev rule.',
  },
  LINE_BUSY: {
    blame: 'rig',
    category: 'power',
    retryable: true,
    cause: 'Another process or driver holds the GPIO line.',
    remedy: 'Stop the process that the message names, or choose another line.',
  },
  LINE_READBACK: {
    blame: 'rig',
    category: 'power',
    retryable: false,
    cause: 'An output, whether a GPIO line, a hub port or a relay, does not follow what was written to it.',
    remedy: 'Check the output and its wiring; do not touch the boards until power is known to be off.',
  },
  LINE_LOST: {
    blame: 'rig',
    category: 'power',
    retryable: true,
    cause: 'A GPIO chip, a hub or a relay does not answer, or went away while it was in use.',
    remedy: 'Check the expander, hub or relay and its cable; power must be switched off by hand.',
  },
  GPIO_BACKEND_MISSING: {
    blame: 'rig',
    category: 'config',
    retryable: false,
    cause: 'Neither library nor commands for GPIO lines can be used on this host.',
    remedy:
      'Install what the message names: a compiler for onoff (apt-get install build-essential, then npm ci), or gpiod; or use bench: virtual.',
  },
  RAIL_NOT_FALLEN: {
    blame: 'rig',
    category: 'power',
    retryable: false,
    cause: 'Power was switched off, but the rail voltage did not fall in time.',
    remedy: 'Check the power switch of the slot and that nothing else feeds the board.',
  },
  RAIL_NOT_RISEN: {
    blame: 'dut',
    category: 'power',
    retryable: true,
    cause: 'Power was switched on, but the rail voltage did not come up.',
    remedy:
      'Reseat the board; if it repeats with a good board, check the supply of the slot, else look for a short.',
  },
  INRUSH_TOO_HIGH: {
    blame: 'dut',
    category: 'power',
    retryable: false,
    cause:
      'The board drew more current when it was switched on than its board file allows; it was switched off.',
    remedy:
      'Look for a short or a wrong capacitor behind the supply input; compare inrush_amps with that of a good board.',
  },
  CURRENT_OUT_OF_LIMITS: {
    blame: 'dut',
    category: 'power',
    retryable: false,
    cause:
      'The current of the board after power-on is outside the limits of its board file; it was switched off.',
    remedy:
      'Too high: look for a short or a wrong part. Too low: reseat the board, then look for an open supply path.',
  },
  OVER_CURRENT: {
    blame: 'dut',
    category: 'power',
    retryable: false,
    cause: 'The board drew more current than its board file allows; its slot was cut off at once.',
    remedy:
      'Do not power the board again before it was looked at: look for a short, a part that is mounted the wrong way, or one that gets hot.',
  },
  RAIL_COLLAPSED: {
    blame: 'dut',
    category: 'power',
    retryable: false,
    cause:
      'The rail was up and broke down while its switch stayed closed, as a fuse or the current limit of a hub does it.',
    remedy:
      'Look for a short on the board; if a good board does the same, check fuse and supply of the slot.',
  },
  METER_FAILED: {
    blame: 'rig',
    category: 'power',
    retryable: true,
    cause: 'The meter could not be read.',
    remedy: 'Check the meter path in the station file and its driver.',
  },
  SELFTEST_DUE: {
    blame: 'rig',
    category: 'config',
    retryable: false,
    cause:
      'The station asks for a self-test that is not too old, and the slot has none that passed as it is wired now.',
    remedy: 'Run the spec rig-selftest on the station; mend what it names.',
  },
  SELFTEST_FAILED: {
    blame: 'rig',
    category: 'check',
    retryable: false,
    cause: 'The rig judges a unit wrongly whose worth is known, or cannot tell what is in the nest.',
    remedy:
      'Mend the slot that the message names before units are run in it; put in a unit that the station file names, or none.',
  },
  GUARD_LOST: {
    blame: 'rig',
    category: 'power',
    retryable: false,
    cause:
      'The guard process that switches power off after a crash has ended; the run starts another in its place.',
    remedy:
      'Look for what ended it, such as an out-of-memory kill in the system log; start the run again if it stopped.',
  },
  LID_OPEN: {
    blame: 'operator',
    category: 'other',
    retryable: false,
    cause: 'The lid of the station was open for as long as the run waited for it; nothing was energised.',
    remedy:
      'Close the lid and run the units again; if it is closed, check its switch and the line in the station file.',
  },
  LID_OPENED: {
    blame: 'operator',
    category: 'power',
    retryable: false,
    cause:
      'The lid was opened while units were under way: power of every slot of the station was cut at once.',
    remedy: 'Close the lid and run the units again; one whose flash is half written must not be used before.',
  },
  EMERGENCY_STOP: {
    blame: 'operator',
    category: 'power',
    retryable: false,
    cause:
      'The emergency stop of the station is pressed: nothing is energised, and what was is without power.',
    remedy:
      'Find out why it was pressed, release it, and run the units again; one whose flash is half written must not be used before.',
  },
  START_NOT_PRESSED: {
    blame: 'operator',
    category: 'other',
    retryable: false,
    cause: 'The start button was not pressed for as long as the run waited for it; nothing was energised.',
    remedy: 'Run the units again and press start; it counts when it goes down after the lid was closed.',
  },
  // boot
  BOOT_SILENT: {
    blame: 'dut',
    category: 'boot',
    retryable: true,
    cause: 'Nothing arrived on the console after power-up.',
    remedy: 'Check the console contact with a good board; if that boots, rework the unit.',
  },
  BOOT_TIMEOUT: {
    blame: 'dut',
    category: 'boot',
    retryable: true,
    cause: 'The board started, but its application never reported that it was ready.',
    remedy: 'Read the last console lines in the record; rework the unit.',
  },
  BOOT_WRONG_VERSION: {
    blame: 'dut',
    category: 'boot',
    retryable: false,
    cause: 'The firmware that came up does not report the version of the release.',
    remedy: 'Check that the release file names the right images; flash the unit again.',
  },
  BOOT_BAD_IMAGE: {
    blame: 'dut',
    category: 'boot',
    retryable: true,
    cause: 'The ROM or the bootloader rejected what is in flash.',
    remedy: 'Flash the unit again; if it repeats, replace the flash chip.',
  },
  BOOT_PANIC: {
    blame: 'dut',
    category: 'boot',
    retryable: true,
    cause: 'The firmware crashed.',
    remedy: 'Read the panic in the console log; rework the unit.',
  },
  BOOT_WATCHDOG: {
    blame: 'dut',
    category: 'boot',
    retryable: true,
    cause: 'The firmware hung and its watchdog noticed.',
    remedy: 'Read in the console log which task hung; rework the unit.',
  },
  BOOT_OUT_OF_MEMORY: {
    blame: 'dut',
    category: 'boot',
    retryable: true,
    cause: 'The firmware ran out of memory.',
    remedy:
      'Check that external RAM is fitted and found; if other units do the same, the release needs too much.',
  },
  BOOT_KERNEL_PANIC: {
    blame: 'dut',
    category: 'boot',
    retryable: true,
    cause: 'The kernel stopped.',
    remedy:
      'Read the reason in the console log; check kernel arguments and root file system, then the memory.',
  },
  BOOT_FLASH_READ: {
    blame: 'dut',
    category: 'boot',
    retryable: true,
    cause: 'The flash chip does not answer, or reads as stuck bits.',
    remedy: 'Check supply, strapping pins and soldering of the flash chip; replace it if that is in order.',
  },
  BOOT_SECURE_BOOT: {
    blame: 'dut',
    category: 'boot',
    retryable: false,
    cause: 'The signature of an image was rejected, or what is in flash is encrypted for another key.',
    remedy:
      'Compare the release’s signing and encryption keys with the fuses of the chip; flash the release that belongs to them.',
  },
  BOOT_UNKNOWN: {
    blame: 'dut',
    category: 'boot',
    retryable: true,
    cause: 'A log shows no known fault, and nothing proves that the firmware came up.',
    remedy: 'Record the boot for longer, from power-up on; read its last lines.',
  },
  WIFI_FAILED: {
    blame: 'dut',
    category: 'network',
    retryable: true,
    cause: 'The firmware did not join its Wi-Fi network.',
    remedy:
      'Check name, pass phrase and range of the network with a good board; if that joins, check the antenna of the unit.',
  },
  BOOT_BROWNOUT: {
    blame: 'dut',
    category: 'boot',
    retryable: true,
    cause: 'The supply of the chip fell below its brown-out level.',
    remedy:
      'Check the supply of the slot with a good board; if that works, look for a weak regulator or a short.',
  },
  BOOT_LOOP: {
    blame: 'dut',
    category: 'boot',
    retryable: true,
    cause: 'The board reset again and again instead of staying up.',
    remedy: 'Read the reset causes in the console log; rework the unit.',
  },
  BOOT_RESET: {
    blame: 'dut',
    category: 'boot',
    retryable: true,
    cause: 'The board reset itself after it had come up.',
    remedy: 'Read the reset cause in the console log; rework the unit.',
  },
  RESTART_FAILED: {
    blame: 'dut',
    category: 'boot',
    retryable: true,
    cause: 'The device was told to restart, and its connection stayed up.',
    remedy: 'Check console.restart in the board file with a good device; if that restarts, rework the unit.',
  },
  BOOT_DOWNLOAD_MODE: {
    blame: 'rig',
    category: 'boot',
    retryable: true,
    cause: 'The board came up in its loader although the boot strap was released.',
    remedy: 'Check the boot-strap line of the slot; it is stuck active.',
  },
  // checks
  CHECK_LIMIT: {
    blame: 'dut',
    category: 'check',
    retryable: false,
    cause: 'A measurement is outside its limits.',
    remedy: 'Rework the unit; the record names the measurement and the limits.',
  },
  CHECK_RESPONSE: {
    blame: 'dut',
    category: 'check',
    retryable: true,
    cause: 'The board answered a check with something other than the expected response.',
    remedy: 'Read the answer in the record; rework the unit.',
  },
  CHECK_TIMEOUT: {
    blame: 'dut',
    category: 'timeout',
    retryable: true,
    cause: 'The board, or the program that a check runs, did not answer in time.',
    remedy: 'Read the last lines in the record; rework the unit.',
  },
  CHECK_EXIT_CODE: {
    blame: 'dut',
    category: 'check',
    retryable: true,
    cause: 'The program that a check runs ended with another exit code than 0.',
    remedy:
      'Read its last lines in the message, and all of its output beside the console log; rework the unit.',
  },
  CHECK_NOT_MEASURED: {
    blame: 'config',
    category: 'check',
    retryable: false,
    cause: 'The response of a check does not contain the value that its pattern should yield.',
    remedy: 'Correct the pattern of the check in the board file, or the firmware that answers it.',
  },
  JOB_COMMAND_FAILED: {
    blame: 'dut',
    category: 'check',
    retryable: true,
    cause: 'A command that a batch runs on the device ended with another exit code than 0.',
    remedy:
      'Read its last lines in the message, and all that it printed below `output/` in the results; rework the unit.',
  },
  JOB_OUTPUT_MISSING: {
    blame: 'dut',
    category: 'check',
    retryable: true,
    cause: 'A command that a batch runs on the device printed no line that matches its `expected` pattern.',
    remedy:
      'Read what it printed below `output/` in the results; rework the unit, or correct the pattern in the batch file.',
  },
  JOB_TIMEOUT: {
    blame: 'dut',
    category: 'timeout',
    retryable: true,
    cause: 'A command that a batch runs on the device did not end in time.',
    remedy:
      'Read what it printed until then below `output/` in the results; rework the unit, or give the command more time.',
  },
  ASSERTION_FAILED: {
    blame: 'dut',
    category: 'check',
    retryable: false,
    cause: 'An expectation that the spec itself states did not hold.',
    remedy: 'Read the expectation in the message; rework the unit.',
  },
  CHECK_UNKNOWN: {
    blame: 'config',
    category: 'config',
    retryable: false,
    cause: 'A spec runs a check that the board file does not have.',
    remedy: 'Add the check to the board file, or take it out of the spec.',
  },
  NO_PROOF: {
    blame: 'rig',
    category: 'verification',
    retryable: false,
    cause: 'The attempt ended without a failure, but also without proof that the unit is good.',
    remedy: 'Run every step that the proof needs: flash, boot and each required check.',
  },
  // run
  SLOT_BUSY: {
    blame: 'rig',
    category: 'other',
    retryable: true,
    cause: 'Another live run holds the slot.',
    remedy: 'Wait for that run, or stop the process whose id the message gives.',
  },
  BATCH_EXISTS: {
    blame: 'config',
    category: 'config',
    retryable: false,
    cause: 'There is a batch of that id already.',
    remedy:
      'Go on with it (`--resume-auto`), give the new one another id (`--id`), or archive the old one (`--start-fresh`).',
  },
  BATCH_UNKNOWN: {
    blame: 'config',
    category: 'config',
    retryable: false,
    cause: 'There is no batch of that id in the results folder.',
    remedy: 'See `rig batch list`; RIG_RESULTS names the results folder.',
  },
  BATCH_CHANGED: {
    blame: 'config',
    category: 'config',
    retryable: false,
    cause: 'What the batch was begun with has changed since: units would be judged by two measures.',
    remedy:
      'Restore the files that the message names, make a new batch, or go on with the new ones by `--force-continue`; that is recorded.',
  },
  BATCH_NOT_RUNNING: {
    blame: 'config',
    category: 'config',
    retryable: false,
    cause: 'No run of the batch is under way that could be told so.',
    remedy: 'See `rig batch status`; `rig batch resume` goes on with it.',
  },
  UNIT_NOT_BEGUN: {
    blame: 'operator',
    category: 'other',
    retryable: true,
    cause:
      'The batch was stopped, or has no slot left, before the unit had its turn: nothing was done to it.',
    remedy: 'Clear what stopped the batch, then go on with `rig batch resume`.',
  },
  UNIT_REPEATED: {
    blame: 'operator',
    category: 'other',
    retryable: true,
    cause: 'The board in the slot has had its turn in this batch as another unit; or two boards show one id.',
    remedy:
      'Put in a board that was not in the batch yet; if it is one, keep both boards apart and find out which one owns the id.',
  },
  UNIT_MISPLACED: {
    blame: 'operator',
    category: 'other',
    retryable: true,
    cause: 'The board in the slot is not the one that the unit list gives for it.',
    remedy: 'Put the board into the slot that the message names, or correct the unit list.',
  },
  SLOT_OUT_OF_USE: {
    blame: 'rig',
    category: 'other',
    retryable: false,
    cause:
      'Too many attempts in a row ended with errors of the rig in this slot, so the run uses it no more.',
    remedy: 'Repair the nest by what the codes in the message say, then start a new run.',
  },
  COORDINATOR_LOST: {
    blame: 'rig',
    category: 'other',
    retryable: false,
    cause: 'The worker lost the main process of its run.',
    remedy: 'Start the run again; what was committed is in the journal.',
  },
  JOURNAL_WRITE_FAILED: {
    blame: 'rig',
    category: 'other',
    retryable: false,
    cause: 'The journal could not be written to disk.',
    remedy: 'Free disk space and check the permissions of the results folder; the unit has to run again.',
  },
  JOURNAL_BUSY: {
    blame: 'rig',
    category: 'other',
    retryable: true,
    cause: 'Another live run writes the journal.',
    remedy: 'Wait until that run has ended, or stop the process whose id the message gives.',
  },
  DISK_WRITE_FAILED: {
    blame: 'rig',
    category: 'other',
    retryable: true,
    cause: 'A working file of the run could not be written to disk.',
    remedy: 'Free disk space and check the permissions of the results folder; the unit has to run again.',
  },
  CONSOLE_LOG_FAILED: {
    blame: 'rig',
    category: 'other',
    retryable: true,
    cause: 'The console log could not be written to disk.',
    remedy: 'Free disk space and check the permissions of the results folder; the unit has to run again.',
  },
  JOURNAL_CORRUPT: {
    blame: 'rig',
    category: 'verification',
    retryable: false,
    cause: 'A line of the journal does not belong to its hash chain.',
    remedy: 'Keep the file as it is and ask who changed it; records after the named line are not proved.',
  },
  REPORT_FAILED: {
    blame: 'rig',
    category: 'other',
    retryable: true,
    cause: 'A report could not be made, or a file that it adds to could not be read.',
    remedy:
      'Correct what the message names, then run rig report rebuild; the journal still has every record.',
  },
  RESULTS_BUSY: {
    blame: 'rig',
    category: 'other',
    retryable: true,
    cause: 'Another process archives and removes old results.',
    remedy: 'Wait until it has ended, or stop the process whose id the message gives.',
  },
  ARCHIVE_FAILED: {
    blame: 'rig',
    category: 'other',
    retryable: true,
    cause: 'Old results could not be packed, or their archive does not hold what they do.',
    remedy: 'Nothing was removed. Free disk space and check the permissions of the results folder.',
  },
  WORKER_LOST: {
    blame: 'rig',
    category: 'other',
    retryable: true,
    cause: 'The worker process of the unit ended in the middle of the attempt; its slot was switched off.',
    remedy: 'Run the unit again; if it repeats, look for an out-of-memory kill in the system log.',
  },
  BENCH_FAILED: {
    blame: 'rig',
    category: 'other',
    retryable: false,
    cause: 'The virtual bench did not start or ended early.',
    remedy: 'Read bench/<station>/bench.log in the results folder of the run.',
  },
  ABORTED: {
    blame: 'operator',
    category: 'other',
    retryable: true,
    cause: 'The run was stopped before the unit was finished.',
    remedy: 'Run the unit again.',
  },
  STEP_TIMEOUT: {
    blame: 'rig',
    category: 'timeout',
    retryable: true,
    cause: 'The attempt did not end within its time limit.',
    remedy:
      'Read the record for the step that was open; raise the timeout only if that step is rightly slow.',
  },
  UNIT_TIMEOUT: {
    blame: 'dut',
    category: 'timeout',
    retryable: true,
    cause:
      'The unit, or its rollback, was not finished within the time that its board file or batch gives it.',
    remedy:
      'Read in the message what it was doing; rework the unit, or raise the limit if good units need longer.',
  },
  // files and commands
  COMMAND_INVALID: {
    blame: 'config',
    category: 'config',
    retryable: false,
    cause: 'A `rig` command was written wrongly: an unknown command or flag, or a value that cannot be.',
    remedy: 'Write it as the help of the command shows: `rig help COMMAND`.',
  },
  CONFIG_INVALID: {
    blame: 'config',
    category: 'config',
    retryable: false,
    cause: 'A rig, board or release file is wrong.',
    remedy: 'Correct the lines that the message names; nothing was energised.',
  },
  IMAGE_INVALID: {
    blame: 'config',
    category: 'config',
    retryable: false,
    cause: 'A firmware image is damaged or not what its release file says.',
    remedy: 'Build or download the image again, and put its SHA-256 into the release file.',
  },
  LOG_UNREADABLE: {
    blame: 'config',
    category: 'other',
    retryable: false,
    cause: 'A log that was given for diagnosis cannot be read.',
    remedy: 'Correct the path, or the permissions of the file.',
  },
  INTERNAL_ERROR: {
    blame: 'rig',
    category: 'other',
    retryable: false,
    cause: 'Something failed that has no code of its own.',
    remedy: 'Keep the results folder and report the message with its stack.',
  },
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof catalogue;
