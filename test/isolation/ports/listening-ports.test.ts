import { expect, test } from 'vitest';
import { listeningPorts } from '../../../src/isolation/ports/listening-ports.js';

const table = (...rows: string[]) =>
  [
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
    ...rows,
    '',
  ].join('\n');

test.each([
  [
    '127.0.0.1:5432',
    '   0: 0100007F:1538 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1',
    [5432],
  ],
  ['0.0.0.0:22', '   0: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1', [22]],
  [
    '192.0.2.2:80, no loopback',
    '   0: 020200C0:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 1',
    [],
  ],
  ['a connection', '   0: 0100007F:1538 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     0        0 1', []],
  ['[::1]:8080', '   0: 00000000000000000000000001000000:1F90 00000000000000000000000000000000:0000 0A 0', [8080]],
  ['[::]:443', '   0: 00000000000000000000000000000000:01BB 00000000000000000000000000000000:0000 0A 0', [443]],
])('%s', (_, row, ports) => {
  expect(listeningPorts(table(row))).toEqual(ports);
});

test('no file, no ports', () => {
  expect(listeningPorts('')).toEqual([]);
});
