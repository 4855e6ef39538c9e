import { timings } from '../timings.js';
import { AppReset, type AppContext } from './app-context.js';

/** What ESP-IDF's panic handler prints for a write through a null pointer, on Xtensa and on RISC-V. */
const xtensaDump = [
  "Guru Meditation Error: Core  0 panic'ed (StoreProhibited). Exception was unhandled.",
  '',
  'Core  0 register dump:',
  'PC      : 0x400d6a1f  PS      : 0x00060530  A0      : 0x800d6b54  A1      : 0x3ffb5d70  ',
  'A2      : 0x00000000  A3      : 0x0000002a  A4      : 0x3ffb2c18  A5      : 0x00000001  ',
  'A6      : 0x00000003  A7      : 0x00060523  A8      : 0x800d6a1c  A9      : 0x3ffb5d50  ',
  'A10     : 0x00000010  A11     : 0x3f403a2c  A12     : 0x00000000  A13     : 0x0000000a  ',
  'A14     : 0x3ffb5e44  A15     : 0x00000000  SAR     : 0x00000018  EXCCAUSE: 0x0000001d  ',
  'EXCVADDR: 0x00000000  LBEG    : 0x400014fd  LEND    : 0x4000150d  LCOUNT  : 0xfffffffe  ',
  '',
  '',
  'Backtrace: 0x400d6a1c:0x3ffb5d70 0x400d6b51:0x3ffb5d90 0x400e2f3b:0x3ffb5db0 0x40087fa5:0x3ffb5de0',
];

const riscvDump = [
  "Guru Meditation Error: Core  0 panic'ed (Store access fault). Exception was unhandled.",
  '',
  'Core  0 register dump:',
  'MEPC    : 0x42007a3e  RA      : 0x42007b12  SP      : 0x3fc93d40  GP      : 0x3fc8b400  ',
  'MSTATUS : 0x00001881  MTVEC   : 0x40380001  MCAUSE  : 0x00000007  MTVAL   : 0x00000000  ',
];

/** What ESP-IDF prints of a crash of that application. */
export function espCrashDump(chip: string, elfSha256: string): string[] {
  return [
    ...(chip === 'esp32c3' ? riscvDump : xtensaDump),
    '',
    '',
    '',
    `ELF file SHA256: ${elfSha256.slice(0, 16)}`,
    '',
    'Rebooting...',
  ];
}

/** What ESP-IDF prints when the brown-out detector strikes. */
export const idfBrownoutNotice = ['', 'Brownout detector was triggered', ''];

/** What Arduino's core for the ESP8266 prints of a write through a null pointer, and of code that is none. */
export function esp8266CrashDump(cause: 'store' | 'illegal'): string[] {
  const [number, pc] = { store: [29, '40201f5a'], illegal: [0, '4020212d'] }[cause];
  const stack = [
    '3ffffde0:  3ffe85d0 00000000 3ffef8a4 40201f58',
    '3ffffdf0:  3fffdad0 00000000 3ffef894 40203c1d',
  ];
  return [
    '',
    '--------------- CUT HERE FOR EXCEPTION DECODER ---------------',
    '',
    `Exception (${number}):`,
    `epc1=0x${pc} epc2=0x00000000 epc3=0x00000000 excvaddr=0x00000000 depc=0x00000000`,
    '',
    '>>>stack>>>',
    '',
    'ctx: cont',
    'sp: 3ffffde0 end: 3fffffd0 offset: 0150',
    ...stack,
    '<<<stack<<<',
    '',
    '--------------- CUT HERE FOR EXCEPTION DECODER ---------------',
  ];
}

/** Prints the crash and ends the run of the application. */
export async function panic({ output, crashDump }: AppContext): Promise<never> {
  for (const line of crashDump) output.print(line);
  output.work(timings.softwareReset);
  await output.settle();
  throw new AppReset('software-cpu');
}
