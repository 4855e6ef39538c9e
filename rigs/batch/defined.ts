/** A group without the keys that have no value, as `exactOptionalPropertyTypes` wants it. */
export function defined<T extends object>(group: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  const entries = Object.entries(group).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [Key in keyof T]?: Exclude<T[Key], undefined> };
}
