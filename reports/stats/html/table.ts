import { markup, type Markup } from './markup.js';

/** A table as the page has it; the first column names the row. */
export interface PageTable {
  caption: string;
  head: readonly string[];
  rows: readonly (readonly string[])[];
  /** Indexes of columns that are text; all others but the first are numbers, set to the right. */
  textColumns?: readonly number[];
  /** Indexes of rows that stand out. */
  marked?: readonly number[];
}

export function pageTable({ caption, head, rows, textColumns = [], marked = [] }: PageTable): Markup {
  const kind = (column: number) => (column === 0 || textColumns.includes(column) ? 'text' : 'number');
  const row = (cells: readonly string[], index: number) => {
    const [name = '', ...rest] = cells;
    const data = rest.map((cell, column) => markup`<td class="${kind(column + 1)}">${cell}</td>`);
    return markup`<tr${marked.includes(index) ? markup` class="marked"` : undefined}><th scope="row">${name}</th>${data}</tr>
`;
  };
  const heads = head.map((cell, column) => markup`<th scope="col" class="${kind(column)}">${cell}</th>`);
  // Something that scrolls has to be reachable by keyboard.
  return markup`<div class="scroll" tabindex="0" role="region" aria-label="${caption}">
    <table>
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          ${heads}
        </tr>
      </thead>
      <tbody>
        ${rows.map(row)}
      </tbody>
    </table>
  </div>`;
}
