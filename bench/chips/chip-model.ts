/** Where a chip's SPI flash controller has its registers: offsets from `base`. */
export interface SpiRegisters {
  base: number;
  usr: number;
  usr1: number;
  usr2: number;
  /** Registers of the two data lengths; undefined where both are fields of `usr1`. */
  mosiLength: number | undefined;
  misoLength: number | undefined;
  w0: number;
  /** The address register holds the address in its upper bits. */
  addressInUpperBits: boolean;
}

/** What one chip's serial loader answers. Data only: registers and eFuse words are those that esptool's targets/<chip>.py reads. */
export interface ChipModel {
  /** Family as board files name it: `esp32`. */
  name: string;
  /** `chip_id` of the security information and of image headers; undefined for the ESP8266, which has neither. */
  chipId: number | undefined;
  /** Status bytes at the end of a ROM's response. */
  romStatusBytes: 2 | 4;
  /** Whether ROM and stub know GET_SECURITY_INFO. */
  hasSecurityInfo: boolean;
  spi: SpiRegisters;
  /** Address of the UART's clock divider, and the clock that it divides, in Hz, by which hosts know the crystal; undefined when they do not ask. */
  uartClock?: { divider: number; hertz: number };
  /** Rate at which the ROM comes out of reset, in bits per second. */
  romBaudRate: number;
  /** The first ROM of the family: it measures the host's rate, knows SYNC, registers, memory and plain flash blocks only, and erases too much. */
  isFirstRom?: boolean;
  /** Memory that MEM_BEGIN may fill: [first, end). */
  ram: readonly (readonly [number, number])[];
  /** Words that always read the same, by address; all others read what was written to them, or 0. */
  fixedRegisters(mac: string): Map<number, number>;
}

/** The MAC as the eFuse words hold it: its last four bytes, and its first two. */
export function macWords(mac: string): { low: number; high: number } {
  const bytes = Buffer.from(mac.replaceAll(':', ''), 'hex');
  if (bytes.length !== 6)
    throw new RangeError(`${mac} is no MAC address: six bytes like 24:6f:28:aa:bb:cc are needed`);
  return { low: bytes.readUInt32BE(2), high: bytes.readUInt16BE(0) };
}
