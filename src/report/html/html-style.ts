/** The style of the HTML report: the reader's own font, light or dark as the reader's system is, nothing fetched. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #fff; --text: #16191d; --soft: #59616b; --line: #dfe3e8; --grid: #e6e9ed;
  --in: #2a78d6; --out: #c9551a; --total: #6b6f76; --good: #1b7f3b; --bad: #c3272b; --open: #8a5a00;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #101316; --card: #181c21; --text: #e9ecef; --soft: #a0a9b4; --line: #2e353d; --grid: #2a3038;
    --in: #5aa2f0; --out: #f08a4b; --total: #b4bac2; --good: #56c77a; --bad: #ff7b7b; --open: #e3b341;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 76rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
h1 { margin: 0 0 .25rem; font-size: 1.35rem; line-height: 1.3; font-weight: 600; overflow-wrap: anywhere; }
h2 { margin: 0 0 .6rem; font-size: 1rem; font-weight: 600; }
code { font: .92em/1.4 ui-monospace, monospace; overflow-wrap: anywhere; }
.under { margin: 0 0 1.25rem; color: var(--soft); }
.verdict { font-weight: 600; white-space: nowrap; }
.within { color: var(--good); } .exceeded { color: var(--bad); } .unmeasured { color: var(--open); }
.sums { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: 1rem; margin: 0 0 1rem; padding: 0; }
.sums div, section, details, figure {
  margin: 0 0 1rem; padding: 1rem 1.15rem; background: var(--card); border: 1px solid var(--line); border-radius: .6rem;
}
.sums div { margin: 0; }
.sums dt { color: var(--soft); }
.sums dd { margin: 0; font-variant-numeric: tabular-nums; }
.sums .rounded { font-size: 1.7rem; line-height: 1.25; font-weight: 600; }
.sums .exact { color: var(--soft); white-space: nowrap; }
.table { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .35rem 1rem .35rem 0; text-align: left; vertical-align: top; border-top: 1px solid var(--line); }
thead th { border-top: 0; padding-top: 0; color: var(--soft); font-weight: 400; }
th:last-child, td:last-child { padding-right: 0; }
thead + tbody td:first-child:not(:has(code)) { white-space: nowrap; }
td:has(code) { min-width: 11rem; }
table:not(:has(thead)) td:first-child { color: var(--soft); white-space: nowrap; width: 9rem; }
table:not(:has(thead)) tr:first-child td { border-top: 0; padding-top: 0; }
.number { text-align: right; white-space: nowrap; }
summary { cursor: pointer; } summary h2 { display: inline; } details[open] summary { margin-bottom: .6rem; }
figcaption { display: flex; flex-wrap: wrap; gap: .25rem 1.1rem; margin-bottom: 1rem; }
figcaption b { font-weight: 600; }
.key { color: var(--soft); } .key::before {
  content: ""; display: inline-block; width: 1.1em; margin-right: .45em; vertical-align: middle; border-top: 3px solid var(--color);
}
.key.in { --color: var(--in); } .key.out { --color: var(--out); } .key.total { --color: var(--total); }
.key.level { --color: var(--bad); } .key.level::before { border-top: 2px dashed var(--bad); }
.plot { display: grid; grid-template-columns: 4.9rem 1fr; color: var(--soft); font-size: .8rem; }
.plot svg { display: block; grid-column: 2; overflow: visible; }
.plot .in { stroke: var(--in); } .plot .out { stroke: var(--out); } .plot .total { stroke: var(--total); } .plot .grid { stroke: var(--grid); } .plot .level { stroke: var(--bad); }
.values, .times { position: relative; font-variant-numeric: tabular-nums; }
.values span { position: absolute; right: .7rem; transform: translateY(50%); white-space: nowrap; }
.times { grid-column: 2; height: 1.6rem; }
.times span { position: absolute; top: .4rem; transform: translateX(-50%); white-space: nowrap; }
.times span:first-child { transform: none; }
@media (max-width: 34rem) {
  main { padding: 1rem .75rem 2rem; }
  .sums { grid-template-columns: 1fr; gap: .5rem; }
  .sums div { display: grid; grid-template-columns: 3rem 1fr auto; align-items: baseline; padding: .6rem .9rem; }
  .sums dt, .sums .rounded { grid-row: span 2; } .sums .rounded { font-size: 1.4rem; } .sums .exact { grid-column: 3; text-align: right; }
  section, details, figure { padding: .8rem .9rem; }
  th, td { padding-right: .75rem; } .table { font-size: .88rem; }
  table:not(:has(thead)) td:first-child { width: 6.5rem; }
  td:has(code) { min-width: 8rem; }
  .wide thead { display: none; } .wide, .wide tbody, .wide tr { display: block; }
  .wide tr { padding: .5rem 0; border-top: 1px solid var(--line); } .wide tr:first-child { padding-top: 0; border-top: 0; }
  .wide td { display: flex; justify-content: space-between; gap: 1rem; padding: .1rem 0; border: 0; text-align: right; }
  .wide td:first-child { justify-content: start; text-align: left; font-weight: 600; } .wide td:empty { display: none; }
  .wide td[data-name]::before { content: attr(data-name); flex: none; color: var(--soft); font-weight: 400; }
}
@media print { body { background: none; } section, details, figure, .sums div { break-inside: avoid; } }
`;
