import type { Measurement } from '../../measurement/measurement.js';
import { attemptTable } from './attempt-table.js';
import { budgetTable } from './budget-table.js';
import { bypassTable } from './bypass-table.js';
import { factTable } from './fact-table.js';
import { processTable } from './process-table.js';
import { protocolTable } from './protocol-table.js';
import { remoteTable } from './remote-table.js';
import { runTable } from './run-table.js';
import type { Table } from './table.js';
import { trafficTable } from './traffic-table.js';
import { warningTable } from './warning-table.js';

/** The tables of the Markdown and the HTML report, in their order. A table that has nothing to say is left out. */
const TABLES: readonly ((measurement: Measurement) => Table)[] = [
  budgetTable,
  runTable,
  trafficTable,
  remoteTable,
  processTable,
  warningTable,
  attemptTable,
  bypassTable,
  factTable,
  protocolTable,
];

export const tablesOf = (measurement: Measurement): Table[] =>
  TABLES.map((table) => table(measurement)).filter(({ rows }) => rows.length > 0);
