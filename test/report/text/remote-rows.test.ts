import { expect, test } from 'vitest';
import type { Measurement } from '../../../src/measurement/measurement.js';
import type { RemoteRow } from '../../../src/measurement/remotes.js';
import { remoteRows } from '../../../src/report/text/remote-rows.js';
import { renderText } from '../../../src/report/text/text.js';
import { ipOctets } from '../../../src/units.js';
import { crawl, quiet } from '../measurements.js';

const withRows = (change: (rows: readonly RemoteRow[]) => readonly RemoteRow[]): Measurement => {
  if (!crawl.remotes) throw new Error('the crawl has remotes');
  return { ...crawl, remotes: { ...crawl.remotes, rows: change(crawl.remotes.rows) } };
};

test('a line a remote: its name, else its address; what is not explained is a line too', () => {
  expect(remoteRows(crawl)).toMatchInlineSnapshot(`
    [
      "  remotes   www.example.org:443 +1          40 MB in   999 kB out  1 412 conn",
      "            a-very-long-name-of-a-content-delivery-network.example.net:443
                                              8.23 MB in   205 kB out  1 conn",
      "            203.0.113.53:53/udp             100 B in     90 B out",
      "            2001:db8::99 ipv6-icmp            0 B in    100 B out",
      "            unattributed                      0 B in    910 B out",
    ]
  `);
});

test('of many remotes the largest are reported, and the others with their number', () => {
  const [first] = crawl.remotes?.rows ?? [];
  if (!first) throw new Error('the crawl has remotes');
  const many = withRows(() => Array.from({ length: 1000 }, () => first));
  expect(remoteRows(many)).toHaveLength(10);
  expect(remoteRows(many)[8]).toMatch(/^ +992 others +39\.7 GB in +991 MB out$/);
});

test('a remote that opened the connections is reported with our port', () => {
  const served = withRows(([row]) =>
    row
      ? [
          {
            ...row,
            names: [],
            address: '2001:db8::1',
            port: 8080,
            role: 'server',
            wireOctets: { in: ipOctets(1), out: ipOctets(0) },
          },
        ]
      : [],
  );
  expect(remoteRows(served)[0]).toContain('2001:db8::1 at our port 8080');
});

test('names cannot move the cursor', () => {
  expect(remoteRows(withRows((rows) => rows.map((row) => ({ ...row, names: ['a\u001b[2Jb'] })))).join()).not.toContain(
    '\u001b',
  );
});

test('nobody, or nothing known, is no table; --by leaves it out', () => {
  expect(remoteRows(quiet)).toEqual([]);
  expect(renderText(crawl, { color: false, by: [] })).not.toContain('remotes');
  expect(renderText(crawl, { color: false, by: ['remote'] })).toContain('www.example.org');
  const both = renderText(crawl, { color: false, by: ['process'] });
  expect(both).toContain('  remotes   www.example.org');
  expect(both).toContain('  processes node crawl.js');
});
