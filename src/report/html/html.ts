import type { Measurement } from '../../measurement/measurement.js';
import type { Layers } from '../../measurement/traffic.js';
import { commandLine } from '../command-line.js';
import { markup } from '../escaping/escape-markup.js';
import { totalOf } from '../flows.js';
import { duration, exact, packetsWord, rounded, utc } from '../format-octets.js';
import { endText } from '../phrases/end-text.js';
import { headline } from '../phrases/headline.js';
import { sampleTable } from '../tables/sample-table.js';
import { tablesOf } from '../tables/tables.js';
import { STYLE } from './html-style.js';
import { tableHtml } from './html-table.js';
import { seriesCharts } from './series-charts.js';

const TITLE_WIDTH = 120;

/**
 * The report as one HTML file: no script, no image, nothing fetched, which the page's own policy (CSP) holds the browser
 * to, and which the viewers of artifacts allow.
 */
export function renderHtml(measurement: Measurement): string {
  const { command } = measurement;
  const line = markup(commandLine(command.argv, TITLE_WIDTH));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>netmeter: ${line}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1><code>${line}</code></h1>
<p class="under">${verdictHtml(measurement)}${markup(`${endText(command.exit)}, ${duration(command.durationMs)}, ${utc(command.startedAt)}`)}</p>
${sums(measurement)}
${[
  ...seriesCharts(measurement),
  ...tablesOf(measurement).map(tableHtml),
  ...[sampleTable(measurement)].map(tableHtml),
].join('\n')}
</main>
</body>
</html>
`;
}

function verdictHtml(measurement: Measurement): string {
  const text = headline(measurement);
  if (text === undefined) return '';
  return `<span class="verdict ${measurement.budget?.verdict}">${markup(text)}</span> · `;
}

function sums({ traffic: { external } }: Measurement): string {
  const each = { in: external.in, out: external.out, total: totalOf(external) };
  return `<dl class="sums">\n${Object.entries(each)
    .map(([name, layers]) => sum(name, layers))
    .join('\n')}\n</dl>`;
}

function sum(name: string, { wireOctets, packets }: Layers): string {
  const bytes = wireOctets === null ? '' : `<dd class="exact">${exact(wireOctets)} B</dd>`;
  const values = `<dd class="rounded">${rounded(wireOctets)}</dd>${bytes}<dd class="exact">${exact(packets)} ${packetsWord(packets)}</dd>`;
  return `<div><dt>${name}</dt>${values}</div>`;
}
