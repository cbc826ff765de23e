import { readSummary } from '../../watch/read-summary.js';
import { renderSummary, renderSummaryJson } from '../../watch/render-summary.js';
import type { Terminal } from '../terminal/terminal.js';

/** `netmeter watch --report FILE`: sums the file up on stdout. `-` is stdin. */
export async function report(path: string, json: boolean, terminal: Terminal): Promise<void> {
  const summary = path === '-' ? await readSummary('stdin', process.stdin) : await readSummary(path);
  const name = path === '-' ? 'stdin' : path;
  if (json) await terminal.printJson(renderSummaryJson(summary));
  else await terminal.print(renderSummary(summary, name, { color: terminal.colors('stdout') }));
}
