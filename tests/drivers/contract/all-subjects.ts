import { subjectNames } from './subject-names.js';
import type { ContractSubject } from './subject.js';

/** Every subject, by its name. */
export async function allSubjects(): Promise<Map<string, ContractSubject>> {
  const named = subjectNames().map(async (name): Promise<[string, ContractSubject]> => {
    const { subject } = (await import(`./subjects/${name}.js`)) as { subject: ContractSubject };
    return [name, subject];
  });
  return new Map(await Promise.all(named));
}
