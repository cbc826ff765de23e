import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { recordLine } from '../../../src/watch/records/next-record.js';
import { parseRecord } from '../../../src/watch/records/parse-record.js';
import { records } from '../machine.js';

const schema: object = JSON.parse(
  readFileSync(new URL('../../../src/watch/watch-1.schema.json', import.meta.url), 'utf8'),
);
const validate = new Ajv({ strict: true, allowUnionTypes: true }).compile(schema);

const line = records({ ip6: { in: 1n, out: 1n } }, { minute: 5, ip6: { in: 2n, out: 3n } })
  .map(recordLine)
  .at(-1);

/** The record with the value at a dotted path replaced; undefined removes it. */
function altered(path: string, value: unknown): string {
  const record = JSON.parse(line ?? '');
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  const parent = keys.reduce((node, key) => node[key], record);
  parent[last] = value;
  return JSON.stringify(record);
}

test('any prefix of a record is unreadable, and says so instead of throwing', () => {
  for (let length = 0; length < (line ?? '').length - 1; length += 7)
    expect(parseRecord((line ?? '').slice(0, length)).kind).toBe('unreadable');
});

test.each<[string, unknown, string]>([
  ['schema', 2, 'schema is not 1'],
  ['kind', 'summary', 'kind is not "sample"'],
  ['at', 'yesterday', 'at is not a time'],
  ['uptimeMs', -1, 'uptimeMs is not a count'],
  ['counters.netstat.IpExt.InOctets', 5, 'counters.netstat.IpExt.InOctets is not a decimal number'],
  ['counters.netstat.IpExt.InOctets', '-5', 'counters.netstat.IpExt.InOctets is not a decimal number'],
  ['counters.snmp6', null, 'counters.snmp6 is not an object'],
  ['counters.dev.eth0.index', 'two', 'counters.dev.eth0.index is not a count'],
  ['delta', undefined, 'delta is not an object'],
  ['delta.external.in.wireOctets', -1, 'delta.external.in.wireOctets is not a count'],
  ['delta.external.in.wireOctets', 2 ** 53, 'delta.external.in.wireOctets is not a count'],
  ['delta.devices.eth0', null, 'delta.devices.eth0 is not an object'],
  ['devices', 'eth0', 'devices is not a list'],
  ['events.0', { kind: 'eclipse' }, 'events.0.kind is not known'],
  ['events.0', { kind: 'toString' }, 'events.0.kind is not known'],
  ['events.0', { kind: 'gap' }, 'events.0.ms is not a count'],
  ['total.in.octets', '', 'total.in.octets is not a decimal number'],
])('a record whose %s is %j is refused: %s', (path, value, reason) => {
  expect(parseRecord(altered(path, value))).toEqual({ kind: 'unreadable', reason });
  expect(validate(JSON.parse(altered(path, value)))).toBe(false);
});

test('what a later netmeter adds does not matter', () => {
  expect(parseRecord(altered('more', { of: 'it' })).kind).toBe('record');
});
