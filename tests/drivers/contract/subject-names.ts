import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { flashDriverKinds } from '../../../drivers/flash/flash-driver.js';

/** `<driver>-<chip>` of every subject, in the order of the table: drivers as the product lists them, chips by name. */
export function subjectNames(): string[] {
  const names = readdirSync(fileURLToPath(new URL('subjects', import.meta.url)))
    .map((file) => file.replace(/\.ts$/, ''))
    .filter((name) => driverOf(name) !== undefined);
  const place = (name: string) => flashDriverKinds.findIndex((kind) => kind === driverOf(name));
  return names.sort((one, other) => place(one) - place(other) || one.localeCompare(other));
}

function driverOf(subject: string): string | undefined {
  return flashDriverKinds.find((kind) => subject.slice(0, subject.lastIndexOf('-')) === kind);
}
