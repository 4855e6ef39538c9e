/** How a networked device says what it is: a page of its web server, and where the values stand in it. */
export interface HttpIdentity {
  /** Path of the page, beginning with `/`. */
  get: string;
  /** Regular expression with the group `value`, as for measurements: chip family in the board file's spelling, in any case. */
  chip: string;
  /** The device's own unique id; a MAC with colons is kept as MAC. */
  id: string;
  /** The running version. */
  version?: string;
}
