import { painter } from '../../report/paint.js';
import { readSummary } from '../../watch/read-summary.js';
import { renderSummary, renderSummaryJson } from '../../watch/render-summary.js';
import { useColor } from '../use-color.js';

/** `netmeter watch --report FILE`: sums the file up on stdout. `-` is stdin. */
export async function report(path: string, json: boolean): Promise<void> {
  const summary = path === '-' ? await readSummary('stdin', process.stdin) : await readSummary(path);
  const paint = painter(useColor(process.env, process.stdout.isTTY === true));
  process.stdout.write(
    json ? renderSummaryJson(summary) : renderSummary(summary, path === '-' ? 'stdin' : path, paint),
  );
}
