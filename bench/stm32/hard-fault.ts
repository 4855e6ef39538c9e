/** What Zephyr's handler prints of a fault that its firmware did not survive; the address is that of the instruction. */
export function hardFaultDump(cause: HardFaultCause, then: 'Halting system' | 'Resetting system'): string[] {
  const { kind, detail, address, xpsr } = causes[cause];
  return [
    `E: ***** ${kind} FAULT *****`,
    ...detail.map((line) => `E:   ${line}`),
    'E: r0/a1:  0x00000000  r1/a2:  0x0000002a  r2/a3:  0x20000a18',
    `E: r3/a4:  0x00000001 r12/ip:  0x00000000 r14/lr:  0x080012c7`,
    `E:  xpsr:  ${xpsr}`,
    `E: Faulting instruction address (r15/pc): ${address}`,
    'E: >>> ZEPHYR FATAL ERROR 0: CPU exception on CPU 0',
    'E: Current thread: 0x20000280 (main)',
    `E: ${then}`,
  ];
}

export type HardFaultCause = 'null-pointer' | 'damaged-image';

const causes: Record<HardFaultCause, { kind: string; detail: string[]; address: string; xpsr: string }> = {
  'null-pointer': {
    kind: 'HARD',
    detail: ['Fault escalation (see below)', 'Precise data bus error', 'BFAR Address: 0xe000ed38'],
    address: '0x08001a3c',
    xpsr: '0x61000000',
  },
  'damaged-image': {
    kind: 'USAGE',
    detail: ['Attempt to execute undefined instruction'],
    address: '0x08002f10',
    xpsr: '0x01000000',
  },
};
