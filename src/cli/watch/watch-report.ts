import { readSummary } from '../../watch/read-summary.js';
import { renderSummary, renderSummaryJson } from '../../watch/render-summary.js';
import { useColor } from '../use-color.js';

/** `netmeter watch --report FILE`: sums the file up on stdout. `-` is stdin. */
export async function report(path: string, json: boolean): Promise<void> {
  // Who reads the first lines alone, as `| head` does, has what they wanted.
  process.stdout.on('error', () => {});
  const summary = path === '-' ? await readSummary('stdin', process.stdin) : await readSummary(path);
  const color = useColor(process.env, process.stdout.isTTY === true);
  const name = path === '-' ? 'stdin' : path;
  process.stdout.write(json ? renderSummaryJson(summary) : renderSummary(summary, name, { color }));
}
