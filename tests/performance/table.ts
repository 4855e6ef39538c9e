export interface Row {
  figure: string;
  slots: number;
  ratio: number;
  /** Undefined where the design sets no budget for this number of slots. */
  budget?: number;
  /** `below`: the ratio must not exceed the budget; `above`: it must reach it. */
  better: 'below' | 'above';
  /** The two figures behind the ratio, with units. */
  from: string;
}

/** The rows as a Markdown table, each ratio beside its budget. */
export function table(rows: readonly Row[]): string {
  const lines = rows.map(({ figure, slots, ratio, budget, better, from }) => {
    const met =
      budget === undefined ? '' : (better === 'below' ? ratio <= budget : ratio >= budget) ? 'met' : 'missed';
    const limit = budget === undefined ? '–' : `${better === 'below' ? '≤' : '≥'} ${budget}`;
    return `| ${figure} | ${slots} | ${ratio.toFixed(3)} | ${limit} | ${met} | ${from} |`;
  });
  return `| figure | slots | ratio | budget | | from |\n|---|---|---|---|---|---|\n${lines.join('\n')}\n`;
}
