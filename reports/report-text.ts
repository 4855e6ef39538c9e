import { failedUnit, reportHead, unitText } from './batch-report.js';
import type { RunData } from './run-data.js';
import type { AttemptFacts, StoredRecord, Unit } from './units.js';

/** Text of the JSON report in pieces, so that it is never whole in memory: what is counted first, then a line a unit. */
export interface ReportText {
  /** Everything up to the first failed unit. */
  begin(data: RunData, units: readonly Unit<AttemptFacts>[]): string;
  failed(unit: Unit<StoredRecord>): string;
  /** Between the last failed unit and the first of all units. */
  between(): string;
  unit(unit: Unit<StoredRecord>): string;
  end(data: RunData): string;
}

export function reportText(): ReportText {
  let isFirst = true;
  const item = (text: string) => {
    const separator = isFirst ? '\n' : ',\n';
    isFirst = false;
    return `${separator}    ${text}`;
  };
  const endOfList = () => (isFirst ? ']' : '\n  ]');
  return {
    begin(data, units) {
      const head = JSON.stringify(reportHead(data, units), null, 2).slice(0, -'\n}'.length);
      return `${head},\n  "failed_units": [`;
    },
    failed: (unit) => item(JSON.stringify(failedUnit(unit))),
    between() {
      const text = `${endOfList()},\n  "units": [`;
      isFirst = true;
      return text;
    },
    unit: (unit) => item(unitText(unit)),
    end: ({ chain }) => `${endOfList()},\n  "journal": ${JSON.stringify(chain)}\n}\n`,
  };
}
