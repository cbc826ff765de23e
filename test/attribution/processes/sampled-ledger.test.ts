import { expect, test } from 'vitest';
import { placeBy } from '../../../src/attribution/place-address.js';
import {
  type ListedConnection,
  SampledLedger,
  type SeenProcess,
} from '../../../src/attribution/processes/sampled-ledger.js';

const ledgerOf = (isShared = false) => new SampledLedger({ place: placeBy([]), isShared });

const seen = (pid: number, parent = 1, startedAt = 100): SeenProcess => ({
  pid,
  parent,
  startedAt,
  commandLine: [`/bin/p${pid}`],
});
const listed = (key: string, pids: number[], out: number, address = '198.51.100.7'): ListedConnection => ({
  key,
  pids,
  out,
  in: 2 * out,
  local: { address: '192.0.2.1', port: 40_000 },
  remote: { address, port: 443 },
});

const outOf = (ledger: SampledLedger) => {
  const { records, unowned, idle } = ledger.close();
  const rows = records.map(({ pid, payload }) => [pid, payload.external.out, payload.loopback.out]);
  return { rows, unowned: unowned.payload.external.out, idle };
};

test('a connection’s last numbers are its process’s', () => {
  const ledger = ledgerOf();
  ledger.see([seen(20), seen(21, 20), seen(22, 20)]);
  ledger.list([listed('a', [21], 5), listed('b', [20], 7, '127.0.0.1')]);
  ledger.list([listed('a', [21], 9)]);
  ledger.list([]);
  expect(outOf(ledger)).toEqual({
    rows: [
      [20, 0, 7],
      [21, 9, 0],
    ],
    unowned: 0,
    idle: 1,
  });
});

test('its process is the one that held it, also after that has closed it', () => {
  const ledger = ledgerOf();
  ledger.see([seen(20)]);
  ledger.list([listed('a', [20], 5)]);
  ledger.list([listed('a', [], 9)]);
  expect(outOf(ledger)).toMatchObject({ rows: [[20, 9, 0]], unowned: 0 });
});

test('what nobody was seen to hold is nobody’s, and in a shared namespace not reported at all', () => {
  for (const [isShared, unowned] of [
    [false, 5],
    [true, 0],
  ] as const) {
    const ledger = ledgerOf(isShared);
    ledger.see([seen(20)]);
    ledger.list([listed('a', [], 5)]);
    expect(outOf(ledger)).toMatchObject({ rows: [[20, 0, 0]], unowned });
  }
});

test('what another’s process holds is not reported', () => {
  const ledger = ledgerOf();
  ledger.see([seen(20)]);
  ledger.list([listed('a', [99], 5)]);
  ledger.list([listed('a', [], 5)]);
  expect(outOf(ledger)).toMatchObject({ rows: [[20, 0, 0]], unowned: 5 });
});

test('a pid that comes again is another process', () => {
  const ledger = ledgerOf();
  ledger.see([seen(20), seen(21, 20, 100)]);
  ledger.list([listed('a', [21], 5)]);
  ledger.see([seen(20), seen(21, 20, 200)]);
  ledger.list([listed('b', [21], 6)]);
  expect(outOf(ledger).rows).toEqual([
    [20, 0, 0],
    [21, 5, 0],
    [21, 6, 0],
  ]);
});

test('remotes are shown with their own port, for nobody knows who connected', () => {
  const ledger = ledgerOf();
  ledger.see([seen(20)]);
  ledger.list([listed('a', [20], 5), listed('b', [20], 6)]);
  const { remotes } = ledger.close();
  expect(remotes.entries).toMatchObject([
    { side: null, address: '198.51.100.7', port: 443, account: { in: 22, out: 11, connections: 2 } },
  ]);
});
