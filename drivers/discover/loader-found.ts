/** Loaders that can be asked who they are without a tool. */
export type LoaderKind = 'esp' | 'stm32' | 'avr';

/** A loader that answered. */
export interface LoaderFound {
  loader: LoaderKind;
  /** As in board files; undefined for a chip that no driver knows. */
  chip?: string;
  description: string;
  /** Of chips that have one. */
  mac?: string;
}

/** Whose loader a chip of a board file has; undefined for chips without one that can be asked over a serial port. */
export function loaderOfChip(chip: string): LoaderKind | undefined {
  if (chip.startsWith('esp')) return 'esp';
  if (chip.startsWith('stm32')) return 'stm32';
  return chip.startsWith('at') ? 'avr' : undefined;
}
