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
  const said = unframed(shown).replace(kernelTime, '');
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

/** What monitors, and the issues that logs are copied from, put before a line; several may stand before one another. */
const frame = new RegExp(
  `^(?:${[
    // Quoted, or in a column
    '[>|] ',
    // `[12:34:56.789] `, `12:34:56.789 -> `, `2026-01-02 12:34:56 `, as tio, Arduino IDE, PlatformIO, minicom and others write it
    String.raw`[[(]?(?:\d{4}[-/.]\d\d[-/.]\d\d[T ])?\d\d:\d\d:\d\d[.,:]\d{1,6}(?:Z|[+-]\d\d:?\d\d)?[\])]?(?: *(?:->|>|\||#))?\s+`,
    String.raw`\[\d\d:\d\d:\d\d(?:\.\d{1,6})?\]\s?`,
    String.raw`[[(]?\d{4}[-/.]\d\d[-/.]\d\d[T ]\d\d:\d\d:\d\d(?:Z|[+-]\d\d:?\d\d)?[\])]?\s+`,
    String.raw`\d{1,2}:\d\d:\d\d [AP]M:? `,
    // grabserial; seconds since 1970; syslog
    String.raw`\[\d+\.\d{6} \d+\.\d{6}\] `,
    String.raw`\d{10}\.\d{1,6} `,
    String.raw`[A-Z][a-z]{2} +\d{1,2} \d\d:\d\d:\d\d \S+ (?:ESP-(?=[A-Z]{3}: )|[\w.-]+(?:\[\d+\])?: )?`,
  ].join('|')})`,
);
const framesAtMost = 3;

const indent = /^\s+/;
const kernelTime = /^(?:<\d+>)?\[ *\d+\.\d{3,6}\](?:\[ *[TC]\d+\])? /;

function unframed(shown: string): string {
  let said = shown.replace(indent, '');
  for (let taken = 0; taken < framesAtMost; taken++) {
    const rest = said.replace(frame, '').replace(indent, '');
    if (rest === said) break;
    said = rest;
  }
  return said;
}
