/** One thing that is wrong with a file, for the person who has to replace the file. */
export interface Problem {
  /** Byte offset in the file. */
  offset: number;
  /** What is there, and what was expected. */
  what: string;
}
