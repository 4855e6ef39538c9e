import { limitsText, type Measurement } from '../core/measurement.js';
import { csv } from './batch-results.js';

const columns = ['Step', 'Measurement', 'Value', 'Unit', 'Limits', 'Result'] as const;

/** The measurements of an attempt as a CSV table. */
export function measurementsCsv(measurements: readonly Measurement[]): string {
  return csv(columns, measurements.map(cells));
}

/** The same as a page that needs nothing else; rows outside their limits stand out. */
export function measurementsHtml(measurements: readonly Measurement[]): string {
  const row = (measurement: Measurement) =>
    `<tr class="${measurement.result}">${cells(measurement).map(cell).join('')}</tr>`;
  return `<!doctype html>
<meta charset="utf-8">
<title>Measurements</title>
<style>
  body { font: 14px system-ui, sans-serif; margin: 12px; color: #222; background: #fff; }
  table { border-collapse: collapse; }
  th, td { padding: 4px 14px 4px 0; text-align: left; border-bottom: 1px solid #ddd; }
  td:nth-child(3) { text-align: right; font-variant-numeric: tabular-nums; }
  .fail td { color: #b3261e; font-weight: 600; }
</style>
<table>
<thead><tr>${columns.map((name) => `<th>${name}</th>`).join('')}</tr></thead>
<tbody>
${measurements.map(row).join('\n')}
</tbody>
</table>
`;
}

function cells({ step, name, value, unit, limits, result }: Measurement): string[] {
  return [step, name, String(value), unit, limitsText(limits), result];
}

function cell(text: string): string {
  return `<td>${text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`)}</td>`;
}
