import type { Measurement } from '../../measurement/measurement.js';
import { visible } from '../visible.js';
import { left, type Table } from './table.js';

/** What the reader must know to judge the numbers. */
export const warningTable = ({ warnings }: Measurement): Table => ({
  title: 'Warnings',
  columns: [left('code'), left('message')],
  rows: warnings.map(({ code, message }) => [code, visible(message)]),
});
