import type { Finding, Severity } from './finding.js';

/** One range of versions of a framework that is known to be vulnerable. */
export interface Advisory {
  /** `CVE-2020-16146`; the same id may stand for several ranges. */
  id: string;
  /** `esp-idf`. */
  framework: string;
  /** First vulnerable version; every earlier one too when it is left out. */
  fromVersion?: string;
  /** First version that is repaired. */
  belowVersion: string;
  summary: string;
  url: string;
  /** `warning` where a product is only affected when it uses the part in question. */
  severity: Severity;
}

/** What firmware is built with. */
export interface Framework {
  /** `esp-idf`. */
  name: string;
  /** As the framework itself gives it: `v5.2.3`, `5.1-dev-123-gabcdef`. */
  version: string;
}

/** What is known against a version of a framework. */
export function checkAdvisories(framework: Framework, advisories: readonly Advisory[]): Finding[] {
  const { name, version } = framework;
  const about = advisories.filter((advisory) => sameName(advisory.framework, name));
  if (about.length === 0) return [];
  const mine = parseVersion(version);
  if (mine === undefined) {
    const what = `it is built with ${plain(name)} "${plain(version)}", which is no version that advisories could be held against; give framework.version in the release file`;
    return [{ kind: 'advisory', severity: 'warning', what }];
  }
  return about
    .filter(({ fromVersion, belowVersion }) => {
      const [from, below] = [fromVersion && parseVersion(fromVersion), parseVersion(belowVersion)];
      return (!from || compare(mine, from) >= 0) && below !== undefined && compare(mine, below) < 0;
    })
    .map(({ id, belowVersion, summary, url, severity }): Finding => {
      const what = `it is built with ${plain(name)} ${plain(version)}, which has ${id} (${summary}); build it with ${belowVersion} or later, see ${url}`;
      return { kind: 'advisory', severity, what };
    });
}

interface Version {
  numbers: number[];
  /** Before the release of that number: `-dev`, `-rc1`, `-beta2`. */
  isEarly: boolean;
}

/** The first version in a text; builds some commits behind a release count as that release. */
export function parseVersion(text: string): Version | undefined {
  const found = /(?<![\w.])[vV]?(\d{1,6}(?:\.\d{1,6}){0,3})(-(?:dev|alpha|beta|rc|pre)[\w.-]*)?/.exec(text);
  if (found?.[1] === undefined) return undefined;
  return { numbers: found[1].split('.').map(Number), isEarly: found[2] !== undefined };
}

function compare(one: Version, other: Version): number {
  for (let index = 0; index < 4; index++) {
    const difference = (one.numbers[index] ?? 0) - (other.numbers[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return Number(other.isEarly) - Number(one.isEarly);
}

function sameName(one: string, other: string): boolean {
  const key = (name: string): string => name.toLowerCase().replace(/[\s_]+/g, '-');
  return key(one) === key(other);
}

/** What stands in a file, fit for a message. */
function plain(text: string): string {
  return text.slice(0, 60).replace(/[^\x20-\x7e]/g, '?');
}
