/**
 * How far a log proves that the firmware came up. `app`: the application says that it is up. `output`: after the ROM's hand-over it speaks,
 * and complains of nothing. `handover`: the bootloader gave control to the app, or its start-up code runs. `bootloader`: the second stage
 * runs and found an app to load, and the log ends there.
 */
export type Proof = (typeof proofs)[number];

/** From the weakest to the strongest. */
export const proofs = ['bootloader', 'handover', 'output', 'app'] as const;

export interface GoodMarker {
  proof: Proof;
  /** Matches within one line that is stripped of colours and of a monitor's time. */
  pattern: RegExp;
  means: string;
}

const bootloader: readonly (readonly [RegExp, string])[] = [
  [
    /boot: +\d+ \S.* (?:factory|OTA|test) app +00 [0-9a-f]{2} [0-9a-f]{8}/,
    'the bootloader runs and its partition table has an app',
  ],
];

const handover: readonly (readonly [RegExp, string])[] = [
  [/esp_image: segment \d+: paddr=.*(?:load|map)$/, 'the bootloader loads the app'],
  [/boot: Loaded app from partition at offset/, 'the bootloader loaded the app'],
  [
    /cpu_start: (?:Pro cpu up|Starting scheduler|Pro cpu start user code|App cpu up|Unicore app|Multicore app|Project name)/,
    'the start-up code of the app runs',
  ],
  [/heap_init: Initializing/, 'the start-up code of the app runs'],
  [/main_task: (?:Started on CPU|Calling app_main)/, 'the app was called'],
  [/jump to run user\d? ?@/, 'the second stage jumps to the app'],
  [/Jumping to the first image slot/, 'MCUboot checked the app and jumps to it'],
  [/\bProject \S+ .*Version \d/, 'the firmware started'],
  [/^(?:---)?WLED \d.* INIT/i, 'the firmware started'],
  [/SDK(?: ver)?: ?\d+\.\d+.*(?:Core:|compiled)/, 'the SDK runs'],
];

const app: readonly (readonly [RegExp, string])[] = [
  [/main_task: Returned from app_main/, 'the app finished its start'],
  [/^>>>(?: (?!ZEPHYR)|$)/, 'the interpreter waits for input'],
  [/^(?:MicroPython v|Adafruit CircuitPython )\d.*[;] ?\S/, 'the interpreter runs'],
  [/Type "help\(\)" for more information/, 'the interpreter waits for input'],
  [/^(?:Auto-reload is on\.|Code done running\.|Press any key to enter the REPL)/, 'the interpreter runs'],
  [/(?:^|\S )(?<!Last )login: ?\w{0,32}$/, 'the system waits for a login'],
  [/Please press Enter to activate this console/, 'the system waits on its console'],
  [/Reached target .*(?:Multi-User|Graphical|Login)|Startup finished in/, 'the system is up'],
  [/^(?:\S+@\S+:\S*[#$]|~ #|\/ #|nsh>|uart:~\$|msh (?:\/\S*)?>|esp(?:32)?\w*>) ?/, 'a shell waits for input'],
  [/NuttShell \(NSH\)/, 'a shell waits for input'],
  [/setup\(\) finished successfully|Boot seems successful/, 'the firmware says that it is up'],
  [/ESPHome version \S+ compiled on/, 'the firmware says that it is up'],
  [
    /\bHTP: Web server active .*IP address \d|\bMQT: Connected|\bRSL: (?:tele|stat)\/|\bRSL: .*INFO\d/,
    'the firmware says that it is up',
  ],
  [/\[D\]\[\w+(?::\d+)?\]: '.*': Sending state |\bMQT: (?:tele|stat)\//, 'the firmware reports its values'],
  [/WLED initialized - done|\bWLED .*ready/i, 'the firmware says that it is up'],
  [/powered by Lua \d/, 'the interpreter runs'],
  [/^ready$/, 'the AT firmware is ready'],
  [
    /\b(?:system|device|board|boot|console|application|firmware|setup|start-?up)\b(?: \w+){0,2} (?:is )?(?:ready|complete[d]?|up and running|running|successful(?:ly)?|succeeded)\b[.!]?$/i,
    'the firmware says that it is up',
  ],
  [
    /^(?:[IWDV] \(\d+\) )?(?:[\w. -]+: )?(?:ready|up and running)[.!]?$/i,
    'the firmware says that it is ready',
  ],
  [/\bself[- ]?test\b.*\b(?:pass(?:ed)?|ok)\b|\ball tests passed\b/i, 'the firmware passed its own test'],
];

/** Every positive sign, the strongest first. Joining a network is one more, see `wifi-events.ts`. */
export const goodMarkers: readonly GoodMarker[] = [
  ...app.map(([pattern, means]) => ({ proof: 'app' as const, pattern, means })),
  ...handover.map(([pattern, means]) => ({ proof: 'handover' as const, pattern, means })),
  ...bootloader.map(([pattern, means]) => ({ proof: 'bootloader' as const, pattern, means })),
];
