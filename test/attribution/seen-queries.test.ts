import { expect, test } from 'vitest';
import { asFarAsSeen } from '../../src/attribution/seen-queries.js';
import type { RemoteRow, RemoteUse } from '../../src/measurement/remotes.js';

const DNS = { queries: 2, answered: 2, notFound: 0, failed: 0, unanswered: 0, averageMs: 1, slowestMs: 1 };

const row = (address: string, port: number, role: RemoteRow['role'] = 'client') =>
  ({ address, port, role }) as RemoteRow;
const use = (...rows: RemoteRow[]) => ({ rows }) as unknown as RemoteUse;
const queries = (remotes: RemoteUse | undefined) => asFarAsSeen(DNS, new Set(['192.0.2.53']), remotes).queries;

test.each([
  ['a server that was seen', use(row('192.0.2.53', 53)), 2],
  ['another server', use(row('192.0.2.53', 53), row('198.51.100.1', 53)), null],
  ['another port', use(row('198.51.100.1', 443)), 2],
  ['clients of a nameserver of its own', use(row('198.51.100.1', 53, 'server')), 2],
  ['remotes that are not distinguished', undefined, 2],
])('%s', (_, remotes, expected) => {
  expect(queries(remotes)).toBe(expected);
});
