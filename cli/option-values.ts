import { InvalidArgumentError } from 'commander';

/** A whole number, at least `least`. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    if (!/^\d+$/.test(text) || Number(text) < least)
      throw new InvalidArgumentError(`a whole number from ${least} on is needed`);
    return Number(text);
  };
}

/** A time in s: `2`, `0.5`, `2s`, `500ms`. */
export function seconds(text: string): number {
  const { value = '', unit = 's' } = /^(?<value>\d+(\.\d+)?)(?<unit>ms|s)?$/.exec(text)?.groups ?? {};
  if (value === '') throw new InvalidArgumentError('a time like 2, 0.5, 2s or 500ms is needed');
  return unit === 'ms' ? Number(value) / 1000 : Number(value);
}

/** First and last unit: `5-12`; `7` is that one alone. */
export function unitRange(text: string): { from: number; to: number } {
  const { first = '', last = first } = /^(?<first>\d+)(-(?<last>\d+))?$/.exec(text)?.groups ?? {};
  const [from, to] = [Number(first), Number(last)];
  if (first === '' || from < 1) throw new InvalidArgumentError('units are counted from 1: 5-12, or 7 alone');
  if (to < from) throw new InvalidArgumentError(`unit ${to} comes before unit ${from}; write ${to}-${from}`);
  return { from, to };
}

/** Collects the values of a flag that may be given several times; commas separate them, too. */
export function listed(text: string, before: readonly string[] = []): string[] {
  const values = text.split(',').map((value) => value.trim());
  if (values.includes('')) throw new InvalidArgumentError('a value is empty');
  return [...before, ...values];
}

/** Collects the values of a flag that may be given several times; each is a path, in which commas are letters. */
export function paths(text: string, before: readonly string[] = []): string[] {
  return [...before, text];
}
