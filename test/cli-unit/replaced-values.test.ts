import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { compareRuns } from '../../src/budget/comparison/compare.js';
import { suggestLimits } from '../../src/budget/suggest.js';
import { readReport } from '../../src/cli/read-report.js';
import { NetmeterError } from '../../src/errors.js';
import { OWN_BEHALF } from '../../src/files/behalf.js';
import { renderJson } from '../../src/report/json.js';
import { MEASUREMENTS } from '../report/measurements.js';

const folder = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

type Path = readonly (string | number)[];

/** Every place of a value, lists by their first element alone. */
function* places(value: unknown, path: Path = []): Generator<Path> {
  if (path.length > 0) yield path;
  if (Array.isArray(value)) {
    if (value.length > 0) yield* places(value[0], [...path, 0]);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, child] of Object.entries(value)) yield* places(child, [...path, key]);
  }
}

function withValueAt(text: string, path: Path, value: unknown): string {
  const copy = JSON.parse(text) as Record<string | number, unknown>;
  let at = copy;
  for (const key of path.slice(0, -1)) at = at[key] as typeof at;
  at[path.at(-1) ?? ''] = value;
  return JSON.stringify(copy);
}

async function compare(text: string, original: string): Promise<void> {
  const file = join(folder, 'report.json');
  writeFileSync(file, text);
  const run = await readReport(file, OWN_BEHALF);
  compareRuns(run, JSON.parse(original));
  compareRuns(JSON.parse(original), run);
  suggestLimits([run], 0.1);
}

/** A place that several reports have is tried once. */
const reports = MEASUREMENTS.map(([, measurement]) => renderJson(measurement));
const cases = [
  ...new Map(reports.flatMap((text) => [...places(JSON.parse(text))].map((path) => [path.join('.'), { text, path }]))),
];

test.each([null, 'x', -1, {}])('%j in any place of a report is taken or refused, and nothing else', async (value) => {
  const thrown: string[] = [];
  for (const [place, { text, path }] of cases) {
    const error = await compare(withValueAt(text, path, value), text).catch((reason: unknown) => reason);
    if (error !== undefined && !(error instanceof NetmeterError)) thrown.push(`${place}: ${error}`);
  }
  expect(thrown).toEqual([]);
});
