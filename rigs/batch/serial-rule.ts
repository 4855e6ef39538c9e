/**
 * Why a serial number cannot stand in records and on terminals; undefined when it can. It is in a cell of every table by itself, where a spreadsheet takes what
 * begins so for a formula and runs it.
 */
export function serialMisfit(serial: string): string | undefined {
  if (/\p{Cc}/u.test(serial))
    return `is ${JSON.stringify(serial)}, with a line end or another control character; take it out`;
  if (/^[=@]|^[+-].*[!(|]/.test(serial))
    return `is ${JSON.stringify(serial)}, which a spreadsheet would run as a formula; let it begin with a letter or a digit`;
  return undefined;
}
