import type { Option } from '../option.js';

/** Options for what is reported, and where. */
export const REPORT_OPTIONS: readonly Option[] = [
  {
    name: 'report',
    value: 'FILE',
    repeatable: true,
    file: true,
    group: 'Report',
    description: 'Write a report: .json, .txt, .md, .html, .csv, .prom or .junit.xml; - is JSON on stdout',
  },
  {
    name: 'ci',
    value: 'SYSTEM',
    choices: ['auto', 'github', 'gitlab', 'none'],
    group: 'Report',
    description:
      'Report to the CI system too: auto (default), github (summary, annotations, outputs), gitlab (nothing: it reads reports) or none',
  },
  {
    name: 'by',
    value: 'WHAT',
    repeatable: true,
    choices: ['process', 'remote', 'none'],
    group: 'Report',
    description: 'Tables of the summary: remote (default), process beside it, or none',
  },
  {
    name: 'reverse-dns',
    group: 'Report',
    description: 'Ask the reverse zones for remotes whose name the command did not look up',
  },
  {
    name: 'redact',
    group: 'Report',
    description: 'Hide arguments and host names in the summary and the reports',
  },
  { name: 'quiet', alias: 'q', group: 'Report', description: 'No summary; only errors and broken budgets' },
];
