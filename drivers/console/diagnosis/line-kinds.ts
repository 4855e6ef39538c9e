/** What a board says before its application does: ROM, second stage, and what they print on their way. */
export function isBootText(said: string): boolean {
  return bootText.test(said);
}

const bootText = new RegExp(
  [
    // ROMs
    '^ ?ets \\w{3}',
    '^ESP-ROM:',
    '^Build:',
    '^rst:',
    '^(?:configsip|clk_drv|SPIWP|Saved PC|mode|entry)\\b',
    '^load[: ]?0x',
    '^ho \\d+ tail',
    '^(?:tail|chksum|csum) ',
    '^v[0-9a-f]{8}$',
    '^~?ld$',
    '^@cp:',
    '^wdt reset$',
    '^2nd boot version',
    '^(?:SPI|spi) (?:Speed|Mode|Flash|speed|mode|flash)',
    '^jump to run',
    '^user code done',
    '^\\d+ mmu set',
    '^Valid secure boot key',
    '^SHA-256 comparison|^Attempting to boot|^Calculated: |^Expected: ',
    // second stage of ESP-IDF
    '^[IWEDV] \\(\\d+\\) (?:boot|boot\\.\\w+|boot_comm|bootloader_\\w+|esp_image|qio_mode|flash_parts|secure_boot\\w*|flash_encrypt|efuse\\w*|\\w*psram|cpu_start|heap_init|spi_flash|esp_core_dump\\w*|app_init|sleep\\w*|intr_alloc|coexist):',
    // MCUboot, nRF secure bootloader, TF-M
    '^(?:[IWD]: |\\[\\S+\\] <(?:inf|wrn|dbg)> mcuboot: )(?:Starting bootloader|Image|Primary|Secondary|Boot source|Swap|Scratch|Bootloader|Jumping|Trailer|boot_)',
    '^\\*{3} (?:Booting|Using) ',
    '^(?:Attempting to boot|Verifying signature|Firmware version|Setting monotonic|Booting at|Signature verified)',
    '^\\[(?:INF|NOT|WRN)\\] ',
    // U-Boot and the first lines of Linux
    '^(?:U-Boot|DRAM:|Core: |MMC: |Net: |In: |Out: |Err: |Loading |Hit any key|Trying to boot|Model: |CPU: |## |Booting (?!Linux)|Starting kernel|switch to partitions|Scanning |Found |Retrieving file|Uncompressing )',
  ].join('|'),
);

/** The ROM or second stage has done its part with this line: what follows is the firmware's. */
export function isHandover(said: string): boolean {
  return /^entry 0x[0-9a-f]+$|^~ld$|^csum 0x[0-9a-f]+$|^v[0-9a-f]{8}$|^jump to run|Loaded app from partition|Calling app_main|\*{3} Booting (?:Zephyr OS|nRF Connect SDK)/.test(
    said,
  );
}

/** A line in the form of a firmware's own log: it shows that the firmware ran, good or bad. */
export function isFirmwareLog(said: string): boolean {
  return /^[IWEDV] \(\d+\) [\w-]+:|^\[ *\d+\]\[[IWEDV]\]\[|^\[[IWEDVC]+\]\[|^\[[\d:.,]+\] <(?:inf|wrn|dbg|err)> |^\d\d:\d\d:\d\d(?:\.\d+)?(?:-\d+\/\d+)? (?:APP|BRY|CFG|CMD|ETH|HDW|HTP|I2C|LED|LOG|MQT|NRG|QPC|RSL|RTC|RUL|SNS|SRC|TLS|UFS|UPL|WIF|ZIG): |^(?:APP|BRY|CFG|CMD|HDW|HTP|MQT|QPC|RSL|SRC|UFS|WIF): |^\d\d:\d\d:\d\d .*Project /.test(
    said,
  );
}

/** A line that a person would take for trouble. Such a line proves no fault, but takes the weaker proofs away. */
export function isComplaint(said: string): boolean {
  return (
    !harmless.test(said) && (/^E \(\d|\[E\]|<err>|^E: |^\[ERR\]|^ERROR\b/.test(said) || trouble.test(said))
  );
}

/** Complaints of a first boot after flashing, and of firmware that only announces or counts. */
const harmless =
  /esp_core_dump|ota data partition invalid|isr service already installed|Restarting in \d+|\b(?:no|0|zero) (?:\w+ )?(?:errors?|failures?|failed)\b|\b(?:errors?|failures?|failed|retries|timeouts?)\b *[:=]? *0\b|RestartReason|Last Boot was/i;

const trouble =
  /\b(?:errors?|err|fail(?:s|ed|ing|ure)?|fatal|fault|panic\w*|abort\w*|exception|traceback|assert\w*|halt(?:ed|ing)?|hang|hung|stuck|corrupt\w*|unable|cannot|can't|could ?n[o']t|couldn't|invalid|not found|missing|timed? ?out|timeout|retry\w*|reconnect\w*|reboot\w*|restart\w*|resetting|lost|denied|refused|dead|broken|bad|brown\w*|watchdog|wdt|detector|triggered|meditation|backtrace|dump\w*)\b/i;

/** Text rather than garbage of a wrong baud rate or bare numbers of a dump. */
export function isReadable(said: string): boolean {
  if (!/[A-Za-z]{2}/.test(said) || /^(?:0x)?[0-9a-f]{6,}(?:[ :].*)?$/i.test(said)) return false;
  const odd = said.replace(/[\x20-\x7e]|\p{L}|\p{N}|\p{P}|[°±µ→✓✔]/gu, '').length;
  return odd * 5 <= said.length;
}

/** Milliseconds since the start, as ESP-IDF and Arduino put them before a line. The second core of an ESP32 counts on its own at first. */
export function uptimeOf(said: string): number | undefined {
  const told = /^[IWEDV] \((\d+)\) (?!cpu_start)|^\[ *(\d+)\]\[[IWEDV]\]/.exec(said);
  return told === null ? undefined : Number(told[1] ?? told[2]);
}
