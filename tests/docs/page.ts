import { readFile } from 'node:fs/promises';

/** The fenced blocks of a page in one language. */
export function blocksOf(page: string, language: string): string[] {
  return [...page.matchAll(new RegExp('```' + language + '\\n([\\s\\S]*?)```', 'g'))].map(
    (match) => match[1] ?? '',
  );
}

/** Rows of the table whose first column has this heading; cells without their backticks at both ends. */
export function tableRows(page: string, heading: string): string[][] {
  const rows = page
    .split('\n')
    .map((line) => (line.startsWith('|') ? line.split('|').slice(1, -1) : []))
    .map((cells) => cells.map((cell) => cell.trim().replace(/^`([^`]*)`$/, '$1')));
  return rows.flatMap((cells, index) => {
    if (cells[0] !== heading) return [];
    const body = rows.slice(index + 2);
    const end = body.findIndex((row) => row.length === 0);
    return end === -1 ? body : body.slice(0, end);
  });
}

/** What the page on the virtual bench says that each fault leads to. */
export async function documentedFaults(): Promise<{ kind: string; example: string; codes: string[] }[]> {
  const page = await readFile('docs/bench.md', 'utf8');
  return tableRows(page, 'kind').map(([kind = '', example = '', codes = '']) => ({
    kind,
    example,
    codes: codes.match(/[A-Z]+(_[A-Z]+)+/g) ?? [],
  }));
}
