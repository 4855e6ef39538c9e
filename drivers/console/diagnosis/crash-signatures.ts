import { signatures, type SignatureRow } from './signature.js';

// Crash handlers of ESP-IDF, Arduino, ESP8266, Zephyr, NuttX, mbed, FreeRTOS, RP2040 and Cortex-M firmware, and of Linux.

const xtensaOrRiscv = /^(?:PC|MEPC|EPC1) *: *(?<address>0x[0-9a-f]+)/m;
const epc1 = /epc1[=:](?<address>0x[0-9a-f]+)/;
const faulting = /(?:Faulting instruction address.*[:=]|\bmepc:|\*\* +PC) *(?<address>(?:0x)?[0-9a-f]+)/i;
const cortexPc = /\b(?:r15\/)?pc\b(?:.r15.)? *[:=]? *(?:0x)?(?<address>0x[0-9a-f]+|[0-9a-f]{8})\b/i;

const watchdog: SignatureRow[] = [
  [/(?<cause>Task watchdog got triggered).*/, 'a task hangs'],
  [
    /Guru Meditation Error: .*\((?<cause>(?:Interrupt|RTC|Task) (?:wdt|watchdog).*?)\).*/i,
    'interrupts were blocked for too long',
    xtensaOrRiscv,
  ],
  [/(?<cause>Interrupt wdt timeout on CPU ?\d).*/, 'interrupts were blocked for too long', xtensaOrRiscv],
  [/(?<cause>Soft WDT reset)/, 'the firmware hung', epc1],
  [/Fatal exception:\d+ flag:[13] \((?<cause>.*?)\).*/, 'the firmware hung', epc1],
];

const watchdogTold: SignatureRow[] = [
  [/task_wdt: +- \S+.*/, 'a task hangs'],
  [/task_wdt: (?:Tasks currently running|CPU \d+:|Aborting|Print CPU).*/, 'a task hangs'],
  [/(?<cause>soft lockup - CPU.*)/, 'the kernel hangs'],
  [/(?<cause>self-detected stall on CPU).*/, 'the kernel hangs'],
  [/(?<cause>INFO: task \S+ blocked for more than \d+ seconds).*/, 'a task of the kernel hangs'],
  [
    /(?<cause>[Ww]atchdog timer expired|[Ww]atchdog (?:timeout(?:!| occurred| detected| on )|timed out|expired|bite|barked|triggered)).*/,
    'the firmware hung',
  ],
];

const memory: SignatureRow[] = [
  [/heap_caps_\w+ was called but (?<cause>failed to allocate \d+ bytes).*/, 'the firmware ran out of memory'],
  [/(?<cause>MemoryError).*/, 'the firmware ran out of memory'],
  [/(?<cause>std::bad_alloc).*/, 'the firmware ran out of memory'],
  [/Unhandled C\+\+ exception: (?<cause>OOM)/, 'the firmware ran out of memory'],
  [/ESP_ERROR_CHECK failed: .*(?<cause>ESP_ERR_NO_MEM).*/, 'the firmware ran out of memory'],
  [/PANIC: unprotected error .*(?<cause>not enough memory).*/, 'the firmware ran out of memory'],
  [/(?<cause>memory allocation of \d+ bytes failed).*/, 'the firmware ran out of memory'],
];

const memoryTold: SignatureRow[] = [
  [
    /(?<cause>failed to (?:m?alloc(?:ate)?|reserve|get memory|create .* memory)\b.*)/i,
    'the firmware ran out of memory',
  ],
  [
    /(?<cause>\b(?:m|c|re)?alloc(?:ation|ate)?\w*(?: \S+){0,3} (?:fail\w*|error)\b(?! *[:=]? *0\b).*)/i,
    'the firmware ran out of memory',
  ],
  [
    /(?<cause>\b(?:cannot|can't|could not|couldn't|unable to) alloc\w*\b.*)/i,
    'the firmware ran out of memory',
  ],
  [
    /(?<cause>\bout of (?:heap )?memory\b(?! (?:protection|handler|check)).*)/i,
    'the firmware ran out of memory',
  ],
  [
    /(?<cause>\b(?:not enough|insufficient|no(?: more| free)?) (?:free )?(?:heap|memory|RAM)(?! (?:leak|error|corrupt|card|stick))\b.*)/i,
    'the firmware ran out of memory',
  ],
  [/(?<cause>\bESP_ERR_NO_MEM\b|\bENOMEM\b).*/, 'the firmware ran out of memory'],
  [/^(?<cause>E:M \d+)/m, 'the firmware ran out of memory'],
  [/(?<cause>last failed alloc call(?:er)?).*/, 'the firmware ran out of memory'],
  [/\bOOM\b(?! score).*/, 'the firmware ran out of memory'],
];

const kernel: SignatureRow[] = [
  [/Kernel panic - not syncing: (?<cause>.*)/, 'the kernel stopped'],
  [/Internal error: (?<cause>Oops.*)/, 'the kernel crashed'],
  [/(?<cause>Unable to handle kernel .*) at virtual address (?<address>[0-9a-f]+).*/, 'the kernel crashed'],
  [/(?<cause>BUG: unable to handle .*)/, 'the kernel crashed'],
  [/(?<cause>VFS: Unable to mount root fs .*)/, 'the kernel found no root file system'],
  [/(?<cause>kernel BUG at .*)/, 'the kernel crashed'],
];

const panic: SignatureRow[] = [
  [/Guru Meditation Error: Core +\d+ panic.?ed \((?<cause>.+?)\).*/, 'the firmware crashed', xtensaOrRiscv],
  [/Guru Meditation Error of type (?<cause>.+?) occurred.*/, 'the firmware crashed', xtensaOrRiscv],
  [/(?<cause>Guru Meditation Error).*/, 'the firmware crashed', xtensaOrRiscv],
  [/(?<cause>abort\(\)) was called at PC (?<address>0x[0-9a-f]+).*/, 'the firmware aborted'],
  [/(?<cause>assert failed: .*)/, 'the firmware failed an assertion'],
  [/(?<cause>assertion ".*" failed.*)/, 'the firmware failed an assertion'],
  [/(?<cause>ESP_ERROR_CHECK failed: .*)/, 'the firmware failed an assertion'],
  [/(?<cause>A stack overflow in task .*) has been detected/, 'a task overran its stack'],
  [/(?<cause>Stack smashing protect failure).*/, 'a task overran its stack'],
  [/(?<cause>CORRUPT HEAP: .*)/, 'the firmware corrupted its heap'],
  [/(?<cause>Stack canary watchpoint triggered.*)/, 'a task overran its stack', xtensaOrRiscv],
  [/(?:Fatal exception|Exception) (?<cause>\(?\d+.*?): *$/m, 'the firmware crashed', epc1],
  [/Fatal exception:(?<cause>\d+) flag:\d.*epc1:(?<address>0x[0-9a-f]+).*/, 'the firmware crashed'],
  [/(?<cause>Panic \S+\.(?:cpp|c|h|ino):\d+ .*)/, 'the firmware panicked'],
  [/\*{5} (?<cause>[A-Z ]+FAULT) \*{5}/, 'the firmware crashed', faulting],
  [/>>> ZEPHYR FATAL ERROR \d+: (?<cause>.*) on CPU.*/, 'the firmware crashed', faulting],
  [/ASSERTION FAIL (?<cause>.*)/, 'the firmware failed an assertion', faulting],
  [/\*\* FATAL EXCEPTION/, 'the firmware crashed', faulting],
  [/(?<cause>(?:thread '.*' (?:\(\d+\) )?|^)panicked at .*)/, 'the firmware panicked'],
  [/\*\*\* PANIC \*\*\*/, 'the firmware panicked'],
  [
    /\+\+ MbedOS (?<cause>Fault Handler|Error Info) \+\+/,
    'the firmware crashed',
    /^(?:PC|Location) *: *(?<address>(?:0x)?[0-9a-f]+)/im,
  ],
  [/(?:up|_)_?assert: (?<cause>Assertion failed.*)/, 'the firmware failed an assertion'],
  [/: (?<cause>PANIC!!!.*)/, 'the firmware crashed', cortexPc],
];

const panicTold: SignatureRow[] = [
  [
    /(?<cause>\b(?:hard|bus|usage|mem ?manage(?:ment)?|secure)[ _-]?fault)\b(?!s?(?: handlers?)?:? (?:handlers? )?(?:installed|enabled|disabled|ok|0\b)).*/i,
    'the firmware crashed',
    cortexPc,
  ],
  [/(?<cause>\b(?:HardFault|BusFault|UsageFault|MemManage)_Handler).*/, 'the firmware crashed', cortexPc],
  [/(?<cause>Panic handler entered multiple times).*/, 'the firmware crashed'],
  [/(?<cause>Unhandled debug exception).*/, 'the firmware crashed', xtensaOrRiscv],
  [/(?<cause>terminate called .*)/, 'the firmware aborted'],
  [/(?<cause>Unhandled C\+\+ exception: .*)/, 'the firmware aborted'],
  [/User exception \(panic\/abort\/assert.*/, 'the firmware panicked'],
  [/(?<cause>\bassert(?:ion)? failed\b.*)/i, 'the firmware failed an assertion'],
  [/(?<cause>\bstack overflow\b(?! (?:check|detection|protection)).*)/i, 'a task overran its stack'],
  [/(?:={4,} PANIC ={4,}|!! A panic occur+ed in (?<cause>.*))/, 'the firmware panicked'],
  [/^(?:panic|PANIC): (?<cause>.*)/m, 'the firmware panicked'],
  [/"(?<cause>Synchronous Abort)" handler.*/, 'the bootloader crashed', /^elr: (?<address>[0-9a-f]+)/m],
  [
    /^(?<cause>data abort|prefetch abort|undefined instruction)$/m,
    'the bootloader crashed',
    /pc : \[?<?(?<address>[0-9a-f]{8})/,
  ],
  [/(?<cause>Unhandled Exception in EL\d).*/i, 'the bootloader crashed'],
  [/(?<cause>core code crashed hard).*/i, 'the interpreter crashed'],
  [/(?<cause>Hard fault: memory access or instruction error).*/i, 'the interpreter crashed'],
];

const wreckage: SignatureRow[] = [
  [/^Core +\d+ register dump:/m, 'the firmware crashed: this is the end of a dump', xtensaOrRiscv],
  [/^PC +: (?<address>0x[0-9a-f]+) +PS +:.*/m, 'the firmware crashed: this is the end of a dump'],
  [/^MEPC +: (?<address>0x[0-9a-f]+) +RA +:.*/m, 'the firmware crashed: this is the end of a dump'],
  [/EXCCAUSE: 0x[0-9a-f]+|EXCVADDR: 0x[0-9a-f]+/, 'the firmware crashed: this is the end of a dump'],
  [/^Backtrace: ?0x[0-9a-f]+:0x[0-9a-f]+.*/m, 'the firmware crashed: this is the end of a dump'],
  [
    /\b(?<cause>(?:IllegalInstruction|LoadStore\w*|LoadProhibited|StoreProhibited|IntegerDivideByZero|InstFetch\w*|Privileged)Cause)\)?:/,
    'the firmware crashed: this is the end of a dump',
    epc1,
  ],
  [/^epc1=(?<address>0x[0-9a-f]+).*/m, 'the firmware crashed: this is the end of a dump'],
  [
    /^(?:>>>stack>>>|<<<stack<<<|ctx: (?:cont|sys|bearssl)\b.*)/m,
    'the firmware crashed: this is the end of a dump',
  ],
  [/^ELF file SHA256: [0-9a-f]+$/m, 'the firmware crashed: this is the end of a dump'],
  [
    /Faulting instruction address.*[:=] *(?<address>0x[0-9a-f]+)/,
    'the firmware crashed: this is the end of a dump',
  ],
  [/Halting system/, 'the firmware halted itself'],
  [/^(?:---)? *end Kernel panic.*/m, 'the kernel stopped'],
];

/** Words of a kernel that is about to panic, where the log ends before it does. */
const kernelLastWords: SignatureRow[] = [
  [/(?<cause>VFS: Cannot open root device .*)/, 'the kernel found no root file system'],
  [/Please append a correct "root=" boot option.*/, 'the kernel found no root file system'],
  [/(?<cause>No filesystem could mount root).*/, 'the kernel found no root file system'],
];

const loop: SignatureRow[] = [
  [/(?<!\bno )\bboot ?loop (?:was )?detected.*/i, 'the firmware counted its own failed starts'],
  [/SAFE MODE IS ACTIVE.*/, 'the firmware went into safe mode after failed starts'],
];

/** What a firmware that started says of the starts before. */
const countedStarts: SignatureRow[] = [
  [/\b[1-9]\d* suspected unsuccessful boot attempts.*/i, 'the firmware counted its own failed starts'],
];

/** What a firmware that started was told about its last reset. */
const toldWatchdog: SignatureRow[] = [
  [
    /(?:reset|restart|reboot)\w*[ _-]?(?:reason|cause)\b(?!.*\brtc[_ ]?w)(?:(?![,;]).)*(?<cause>watch ?dog|wdt).*/i,
    'the firmware was told that a watchdog reset it',
  ],
  [/(?<cause>ESP_RST_\w*WDT)/, 'the firmware was told that a watchdog reset it'],
  [/^wdt reset$/m, 'a watchdog reset the chip'],
];
const toldPanic: SignatureRow[] = [
  [
    /(?:reset|restart|reboot)\w*[ _-]?(?:reason|cause)\b(?:(?![,;]).)*(?<cause>panic|exception).*/i,
    'the firmware was told that it crashed before',
  ],
  [/(?<cause>ESP_RST_PANIC)/, 'the firmware was told that it crashed before'],
];

/** What firmware and kernels say when they go down. Of two that share a line, the one to name stands first. */
export const crashSignatures = [
  ...signatures({ label: 'out_of_memory', rank: 'memory' }, memory),
  ...signatures({ label: 'kernel_panic', rank: 'kernel' }, kernel),
  ...signatures({ label: 'watchdog', rank: 'crash' }, watchdog),
  ...signatures({ label: 'panic', rank: 'crash' }, panic),
  ...signatures({ label: 'out_of_memory', rank: 'memory', fatal: false }, memoryTold),
  ...signatures({ label: 'watchdog', rank: 'crash', fatal: false }, watchdogTold),
  ...signatures({ label: 'panic', rank: 'crash', fatal: false }, panicTold),
  ...signatures({ label: 'panic', rank: 'wreckage', fatal: false }, wreckage),
  ...signatures({ label: 'kernel_panic', rank: 'wreckage', fatal: false }, kernelLastWords),
  ...signatures({ label: 'watchdog', rank: 'silent-watchdog', fatal: false }, toldWatchdog),
  ...signatures({ label: 'panic', rank: 'wreckage', fatal: false }, toldPanic),
  ...signatures({ label: 'boot_loop', rank: 'loop', fatal: false }, loop),
  ...signatures({ label: 'boot_loop', rank: 'counted-loop', fatal: false }, countedStarts),
];
