import type { ComparedRow } from '../../budget/comparison/compare.js';
import type { EarlierRun } from '../../budget/comparison/earlier-run.js';
import type { JudgedLimit } from '../../measurement/budget.js';
import { commandLine } from '../command-line.js';
import { exact } from '../format-octets.js';
import { limitText, markOf } from '../phrases/limit-text.js';
import { timesText } from '../phrases/times-text.js';
import { visible } from '../visible.js';
import type { Paint } from './paint.js';
import { row, WIDTH } from './rows.js';

/** Two runs, and what was found. */
export type Comparison = {
  readonly before: EarlierRun;
  readonly after: EarlierRun;
  readonly rows: readonly ComparedRow[];
  /** Judged where limits were given. */
  readonly limits: readonly JudgedLimit[];
};

const TITLES = { class: '', remote: 'remotes', process: 'processes (payload)' } as const;

/** So many remotes, and processes, are shown. */
const MOST = 12;

const NAME_WIDTH = 28;

/** The difference of two runs for people. */
export function renderComparison({ before, after, rows, limits }: Comparison, paint: Paint): string {
  const head = (label: string, { command }: EarlierRun) =>
    `${paint.bold(label.padEnd(7))} ${commandLine(command.argv, WIDTH - 33)} (${visible(command.startedAt)})`;
  const parts = (['class', 'remote', 'process'] as const).flatMap((kind) => {
    const all = rows.filter((each) => each.kind === kind);
    const hidden = all.length - MOST;
    return [
      ...(all.length > 0 && TITLES[kind] ? [TITLES[kind]] : []),
      ...all.slice(0, MOST).map(rowText),
      ...(hidden > 0 ? [`  and ${hidden} more with smaller changes`] : []),
    ];
  });
  const judged = limits.map((limit) =>
    row('budget', `${markOf(limit)} ${limitText(limit)}`, limit.verdict === 'exceeded' ? paint.red : paint.green),
  );
  return [head('before:', before), head('after:', after), COLUMNS, ...parts, ...judged, ''].join('\n');
}

const COLUMNS = `  ${''.padEnd(NAME_WIDTH)}${'before B'.padStart(15)}${'after B'.padStart(15)}${'change B'.padStart(15)}`;

function rowText({ subject, before, after }: ComparedRow): string {
  const name = visible(subject);
  const figures = `${exact(before.used).padStart(15)}${exact(after.used).padStart(15)}${changeText(before.used, after.used)}`;
  return name.length < NAME_WIDTH
    ? `  ${name.padEnd(NAME_WIDTH)}${figures}`
    : `  ${name}\n  ${''.padEnd(NAME_WIDTH)}${figures}`;
}

function changeText(before: number | null, after: number | null): string {
  if (before === null || after === null) return 'unknown'.padStart(15);
  const change = after - before;
  if (change === 0) return '='.padStart(15);
  const text = `${change > 0 ? '+' : '-'}${exact(Math.abs(change))}`.padStart(15);
  return before === 0
    ? `${text}  new`
    : after === 0
      ? `${text}  gone`
      : `${text}  ${shareText(change / before, after / before)}`;
}

/** @param ratio of after to before */
function shareText(share: number, ratio: number): string {
  const times = timesText(ratio);
  if (times) return times;
  const percent = Math.abs(share * 100);
  const shown = percent < 10 ? percent.toFixed(1) : percent.toFixed(0);
  return `${share > 0 ? '+' : '-'}${shown} %`;
}
