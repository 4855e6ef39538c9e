/** The rows of the contract, and of the table in docs/drivers.md, with their headings. */
export const rows = {
  probe: 'probe',
  write: 'write',
  verify: 'verify',
  read: 'read back',
  erase: 'erase',
  progress: 'progress',
  abort: 'abort within 1 s',
  deadline: 'deadline',
  wrongChip: 'wrong chip refused',
  silent: 'silent board',
  unplugged: 'unplugged half-way',
  droppedBytes: 'bytes dropped',
  badCell: 'bad cell',
  protected: 'protected chip',
} as const;

export type Row = keyof typeof rows;

/** What the suite saw of one row: what happened, which codes, how long it took. */
export interface SeenRow {
  /** `<driver>-<chip>`. */
  subject: string;
  row: Row;
  what: string;
  codes: readonly string[];
  seconds?: number;
}
