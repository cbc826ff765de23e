import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseDev } from '../../src/counters/dev.js';
import { fixture } from './fixture.js';

const U64_MAX = 2n ** 64n - 1n;

test.each([
  ['lo', 123_456_789n, 10n, 123_456_789n],
  ['eth0', 987_654_321n, 20n, 11_111_111n],
  ['eth0:1', 55_555_555n, 30n, 22_222_222n],
  ['eth0:2', 5n, 30n, 2n],
  ['eth0.100', 7n, 40n, 8n],
  ['a@b', 9n, 50n, 10n],
])('the name of %s ends at the last colon, glued to a number or not', (device, rxBytes, rxPackets, txBytes) => {
  const devices = parseDev(fixture('synthetic-glued-colon/dev'));
  expect(Object.keys(devices)).toHaveLength(6);
  expect(devices[device]).toMatchObject({ rxBytes, rxPackets, txBytes });
});

test('the largest u64 is kept to the last digit', () => {
  const { lo } = parseDev(fixture('synthetic-u64-max/dev'));
  expect(lo).toMatchObject({ rxBytes: U64_MAX, rxPackets: U64_MAX, txBytes: U64_MAX, txPackets: U64_MAX });
});

test('the keys are the header, receive and transmit apart', () => {
  const { lo = {} } = parseDev(fixture('linux-6.18-new-namespace/dev'));
  const receive = ['rxBytes', 'rxPackets', 'rxErrs', 'rxDrop', 'rxFifo', 'rxFrame', 'rxCompressed', 'rxMulticast'];
  const transmit = ['txBytes', 'txPackets', 'txErrs', 'txDrop', 'txFifo', 'txColls', 'txCarrier', 'txCompressed'];
  expect(Object.keys(lo)).toEqual([...receive, ...transmit]);
});

test('columns are found by name wherever they stand', () => {
  const text = 'Inter-|\n face |packets bytes novel|novel bytes\n lo: 1 2 3 4 5\n';
  expect({ ...parseDev(text)['lo'] }).toEqual({ rxPackets: 1n, rxBytes: 2n, rxNovel: 3n, txNovel: 4n, txBytes: 5n });
});

const cell = fc.bigInt({ min: 0n, max: U64_MAX });
const columns = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,10}$/), { minLength: 1, maxLength: 8 });
/** What dev_valid_name() lets through, and an alias. */
const device = fc.stringMatching(/^[A-Za-z0-9.@_-]{1,12}(:[0-9])?$/);

const table = fc
  .record({ receive: columns, transmit: columns, glued: fc.boolean() })
  .chain(({ receive, transmit, glued }) => {
    const count = receive.length + transmit.length;
    const row = fc.array(cell, { minLength: count, maxLength: count });
    return fc.record({
      receive: fc.constant(receive),
      transmit: fc.constant(transmit),
      glued: fc.constant(glued),
      rows: fc.dictionary(device, row, { minKeys: 1 }),
    });
  });

test('a table survives the way through its text', () => {
  const key = (prefix: string) => (name: string) => prefix + name.charAt(0).toUpperCase() + name.slice(1);
  fc.assert(
    fc.property(table, ({ receive, transmit, glued, rows }) => {
      const lines = Object.entries(rows).map(([name, cells]) => `  ${name}:${glued ? '' : '  '}${cells.join('   ')}\n`);
      const text = `Inter-|  Receive |  Transmit\n face |${receive.join('  ')}|${transmit.join(' ')}\n${lines.join('')}`;
      const names = [...receive.map(key('rx')), ...transmit.map(key('tx'))];
      const expected = Object.entries(rows).map(
        ([name, cells]) => [name, Object.fromEntries(names.map((column, index) => [column, cells[index]]))] as const,
      );
      expect(Object.entries(parseDev(text)).map(([name, counters]) => [name, { ...counters }])).toEqual(expected);
    }),
  );
});
