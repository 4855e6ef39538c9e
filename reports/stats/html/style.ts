/** Dark on white whatever the system prefers, since the page is printed and filed; colour never says something alone. */
export const style = `
:root { color-scheme: light; --ink: #1b1f24; --soft: #5b6570; --grid: #e3e7eb; --main: #2566a8; --other: #c2670a; --bad: #b3261e; }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 24px; max-width: 1240px; font: 15px/1.45 system-ui, 'Segoe UI', sans-serif; color: var(--ink); background: #fff; }
h1, h2, p, caption { overflow-wrap: anywhere; }
h1 { font-size: 22px; margin: 0 0 4px; }
h2 { font-size: 17px; margin: 0 0 8px; }
p { margin: 0 0 8px; }
.lead { font-size: 17px; }
.soft { color: var(--soft); font-size: 13px; }
.notice { border-left: 4px solid var(--bad); padding: 4px 12px; background: #fdf3f2; }
.figures { display: flex; flex-wrap: wrap; gap: 10px; margin: 16px 0; padding: 0; list-style: none; }
.figures li { border: 1px solid var(--grid); border-radius: 6px; padding: 8px 12px; min-width: 104px; }
.figures strong { display: block; font-size: 22px; font-variant-numeric: tabular-nums; }
.figures span { color: var(--soft); font-size: 12.5px; }
section { margin: 28px 0 0; padding-top: 14px; border-top: 1px solid var(--grid); }
.pair { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 24px; align-items: start; }
.pair.wide { grid-template-columns: minmax(0, 5fr) minmax(0, 8fr); }
@media (max-width: 860px) { .pair, .pair.wide { grid-template-columns: minmax(0, 1fr); } }
.scroll { overflow: auto; max-height: 560px; }
.scroll + .scroll { margin-top: 16px; }
table { border-collapse: collapse; width: 100%; font-size: 13px; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--soft); padding: 0 0 4px; }
th, td { padding: 3px 10px 3px 0; border-bottom: 1px solid var(--grid); vertical-align: top; }
th { text-align: left; font-weight: 600; }
tbody th { font-weight: 400; overflow-wrap: break-word; }
.number { text-align: right; white-space: nowrap; }
.text { text-align: left; }
.marked > * { color: var(--bad); font-weight: 600; }
svg { display: block; width: 100%; height: auto; font-size: 12px; }
svg text { fill: var(--ink); }
svg .name { fill: var(--soft); }
svg .line-label { fill: var(--other); }
svg .grid { stroke: var(--grid); }
svg .axis { stroke: var(--soft); }
svg .bar { fill: var(--main); }
svg .bar.rig { fill: #e8b98a; stroke: var(--other); }
svg .trend { fill: none; stroke: var(--main); stroke-width: 1.6; }
svg .second { stroke: var(--other); }
svg .dot { fill: var(--main); }
svg .dot.second { fill: var(--other); stroke: none; }
svg .dot.marked, svg text.marked { fill: var(--bad); font-weight: 600; }
svg .interval { stroke: var(--main); stroke-width: 4; opacity: .35; }
svg .interval.marked { stroke: var(--bad); }
svg .overall { stroke: var(--soft); stroke-dasharray: 4 4; }
svg .limit { stroke: var(--bad); stroke-width: 1.6; stroke-dasharray: 6 4; }
svg .limit-label { fill: var(--bad); }
svg .curve { fill: none; stroke: var(--other); stroke-width: 1.4; }
@media print {
  body { padding: 0; max-width: none; font-size: 10.5pt; }
  .scroll { overflow: visible; max-height: none; }
  .pair, .pair.wide { grid-template-columns: minmax(0, 1fr); gap: 6px; }
  svg { max-width: 130mm; }
  h2 { break-after: avoid; }
  svg { break-inside: avoid; }
  tr { break-inside: avoid; }
  .figures li { break-inside: avoid; }
  svg { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
