/** One line of a log, ready to be matched. */
export interface LineText {
  /** As a person should see it: without colours, control characters and blanks at its end. */
  shown: string;
  /** The same without the time that a monitor or kernel put before it. */
  said: string;
}

/** A received line without what terminals and monitors add to it. */
export function lineText(raw: string): LineText {
  const shown = (controls.test(raw) || lostEscape.test(raw) ? plain(raw) : raw).trimEnd();
  const said = shown.replace(monitorTime, '').replace(kernelTime, '');
  return { shown, said };
}

function plain(raw: string): string {
  return raw
    .replace(/\x1b\][\s\S]*?(?:\x07|\x1b\\)/g, '')
    .replace(/\x1b\[[0-?]*[ -/]*[@-~]/g, '')
    .replace(/\[(?:0|\d{1,2}(?:;\d{1,3})+)m/g, '')
    .replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, '');
}

const controls = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/;
/** A colour sequence whose escape character was lost when the log was copied. */
const lostEscape = /\[\d{1,2}(?:;\d{1,3})*m/;

/** `[12:34:56.789] `, `12:34:56.789 -> `, `2026-01-02 12:34:56 `, as tio, Arduino IDE, PlatformIO, minicom and others write it. */
const monitorTime =
  /^(?:> ?)?(?:[[(]?(?:\d{4}-\d\d-\d\d[T ])?\d\d:\d\d:\d\d[.,]\d{1,6}(?:Z|[+-]\d\d:?\d\d)?[\])]?(?: *(?:->|>|\||#))? +|\[\d\d:\d\d:\d\d\] ?|[[(]?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:Z|[+-]\d\d:?\d\d)?[\])]? +)/;

const kernelTime = /^\[ *\d+\.\d{3,6}\] /;
