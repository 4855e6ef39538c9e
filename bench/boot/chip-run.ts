import type { FlashArray } from '../parts.js';
import type { BoardOutput } from './output.js';
import type { RomTexts } from './rom-texts.js';

/** The chip between two resets. */
export interface ChipRun {
  output: BoardOutput;
  flash: FlashArray;
  texts: RomTexts;
}
