import { expect, test } from 'vitest';
import { placeBy } from '../../../src/attribution/place-address.js';
import { ConnectionLedger } from '../../../src/attribution/remotes/connection-ledger.js';
import type { TcpConnection } from '../../../src/attribution/remotes/seen-connections.js';

const connection = (key: string, changes: Partial<TcpConnection> = {}): TcpConnection => ({
  key,
  local: { address: '198.18.0.2', port: 40_000 },
  remote: { address: '192.0.2.1', port: 443 },
  pids: [],
  in: 100,
  out: 10,
  mayCountFin: true,
  sent: 10,
  retransmitted: 0,
  rttMs: 5,
  wasAnswered: true,
  ...changes,
});

const ledger = (most?: number) =>
  new ConnectionLedger({
    place: placeBy(['198.18.0.1']),
    ownPorts: new Set([8080]),
    ...(most !== undefined && { most }),
  });

const web = { role: 'client', address: '192.0.2.1', port: 443 } as const;

test('connections with one remote and service are summed up, with the smallest round trip', () => {
  const all = ledger();
  all.end(connection('1'));
  all.end(connection('2', { in: 0, mayCountFin: false, retransmitted: 7, rttMs: 3 }));
  all.end(connection('3', { rttMs: undefined }));
  all.end(connection('4', { remote: { address: '192.0.2.1', port: 80 } }));
  expect(all.close(true).of(web)).toEqual({
    closed: 3,
    open: 0,
    received: 200,
    fins: 2,
    sent: 30,
    retransmitted: 7,
    rttMs: 3,
    ends: undefined,
  });
});

test('connections that ended alike are counted together, with the octets of all', () => {
  const all = ledger();
  all.end(connection('1', { in: 300, sent: 30, end: 'finished' }), 3);
  all.end(connection('2', { wasAnswered: false, in: 0, sent: 0, mayCountFin: false, end: 'refused' }), 2);
  expect(all.seen).toBe(3);
  const ends = { finished: 3, aborted: 0, refused: 2, unanswered: 0 };
  expect(all.close(true).of(web)).toMatchObject({ closed: 3, received: 300, sent: 30, fins: 3, ends });
});

test('who connects to a port of the command’s is found by that port', () => {
  const all = ledger();
  all.end(
    connection('1', { local: { address: '198.18.0.2', port: 8080 }, remote: { address: '192.0.2.1', port: 443 } }),
  );
  const { of } = all.close(true);
  expect(of(web)).toBeUndefined();
  expect(of({ role: 'server', address: '192.0.2.1', port: 8080 })).toMatchObject({ closed: 1 });
});

test('how connections ended is summed up, with connects that came to none', () => {
  const all = ledger();
  for (const end of ['finished', 'finished', 'aborted'] as const) all.end(connection('1', { end }));
  for (const end of ['refused', 'unanswered'] as const) all.end(connection('1', { end, wasAnswered: false }));
  expect(all.seen).toBe(3);
  const ends = { finished: 2, aborted: 1, refused: 1, unanswered: 1 };
  expect(all.close(true).of(web)).toMatchObject({ closed: 3, open: 0, ends });
});

test('who is known to have opened one is not asked for by the port', () => {
  const all = ledger();
  all.end(connection('1', { role: 'server', local: { address: '198.18.0.2', port: 80 } }));
  all.end(connection('2', { role: 'client', local: { address: '198.18.0.2', port: 8080 } }));
  const { of } = all.close(true);
  expect(of({ role: 'server', address: '192.0.2.1', port: 80 })).toMatchObject({ closed: 1 });
  expect(of(web)).toMatchObject({ closed: 1 });
});

test('a refused connect is none; what stays on this machine is seen, and is no remote', () => {
  const all = ledger();
  all.end(connection('1', { wasAnswered: false }));
  all.end(connection('2', { remote: { address: '127.0.0.1', port: 443 } }));
  all.end(connection('3', { remote: { address: '198.18.0.1', port: 443 } }));
  expect(all.seen).toBe(2);
  const { of } = all.close(true);
  for (const address of ['192.0.2.1', '127.0.0.1', '198.18.0.1']) expect(of({ ...web, address })).toBeUndefined();
});

test('one that was listed and ended behind that counts once', () => {
  const all = ledger();
  all.list([connection('1', { in: 40 }), connection('2'), connection('3', { wasAnswered: false })]);
  all.end(connection('1'));
  expect(all.seen).toBe(2);
  expect(all.close(true).of(web)).toMatchObject({ closed: 1, open: 1, received: 200 });
});

test('one of which it is not known was retransmitted leaves the sum unknown', () => {
  const all = ledger();
  for (const retransmitted of [3, undefined, 4]) all.end(connection('1', { retransmitted }));
  expect(all.close(true).of(web)?.retransmitted).toBeUndefined();
});

test('of too many remotes the largest are kept, and nothing is whole any more', () => {
  const all = ledger(10);
  for (let port = 1; port <= 25; port++)
    all.end(connection(`${port}`, { remote: { address: '192.0.2.1', port }, in: port % 2 === 0 ? 1000 : 1 }));
  const { of, isComplete } = all.close(true);
  expect(all.seen).toBe(25);
  expect(isComplete).toBe(false);
  const kept = Array.from({ length: 25 }, (_, index) => index + 1).filter((port) => of({ ...web, port }));
  expect(kept).toEqual([2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 21, 22, 23, 24, 25]);
});
