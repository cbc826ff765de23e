import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { renderJson } from '../../src/report/json.js';
import { crawl, MEASUREMENTS } from './measurements.js';

const schema: object = JSON.parse(
  readFileSync(new URL('../../src/report/report-1.schema.json', import.meta.url), 'utf8'),
);
const validate = new Ajv({ strict: true, allowUnionTypes: true, allErrors: true }).compile(schema);

/** The report with the value at a dotted path replaced; undefined removes it. */
function altered(path: string, value: unknown): unknown {
  const report = JSON.parse(renderJson(crawl));
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  const parent = keys.reduce((node, key) => node[key], report);
  if (value === undefined) delete parent[last];
  else parent[last] = value;
  return report;
}

describe.each(MEASUREMENTS)('the report of %s', (name, measurement) => {
  test('is the golden one', async () => {
    await expect(renderJson(measurement)).toMatchFileSnapshot(`../../fixtures/reports/1/${name}.json`);
  });

  test('obeys the schema', () => {
    expect(validate(JSON.parse(renderJson(measurement))) || validate.errors).toBe(true);
  });

  test('holds all of the measurement', () => {
    expect(JSON.parse(renderJson(measurement))).toEqual(measurement);
  });
});

test('what a report called otherwise before obeys the schema too', () => {
  const report = JSON.stringify(JSON.parse(renderJson(crawl)));
  const older = report.replaceAll('"overheadOctets"', '"headerOctets"');
  expect(older).not.toBe(report);
  expect(validate(JSON.parse(older))).toBe(true);
  expect(validate(JSON.parse(report.replace('"overheadOctets"', '"overhead"')))).toBe(false);
  expect(validate(JSON.parse(older.replace('"bypasses"', '"doors"')))).toBe(true);
  expect(validate(JSON.parse(older.replace('"bypasses"', '"ways"')))).toBe(false);
});

test('what this machine did behind the wire obeys the schema, and nothing like it', () => {
  const behind = { kind: 'icmp-errors', way: 'in', packets: 6, ipOctets: null, certainty: 'at-most' };
  const valid = (...all: unknown[]) => validate(altered('traffic.behindWire', all));
  expect(valid(behind, { ...behind, kind: 'multicast', way: 'out', packets: null, ipOctets: 9 })).toBe(true);
  expect(valid()).toBe(false);
  expect(valid({ ...behind, kind: 'another' })).toBe(false);
  expect(valid({ ...behind, certainty: undefined })).toBe(false);
});

test('a report that nothing was altered in obeys the schema', () => {
  expect(validate(altered('schema', 1))).toBe(true);
});

test.each<[string, unknown]>([
  ['schema', 2],
  ['schema', undefined],
  ['extra', 1],
  ['command.extra', 1],
  ['command.argv', []],
  ['command.argv', 'ls'],
  ['command.exit.code', -1],
  ['command.exit.code', 256],
  ['command.exit.signal', 'SIGTERM'],
  ['command.exit', { kind: 'signal' }],
  ['command.exit', { kind: 'signal', signal: 15 }],
  ['command.exit', null],
  ['command.startedAt', 'yesterday'],
  ['command.durationMs', -1],
  ['command.cpu', undefined],
  ['command.cpu.extra', 1],
  ['remotes.rows.0.tcp.closed', null],
  ['remotes.rows.0.tcp.rttMs', -1],
  ['remotes.rows.0.tcp.extra', 1],
  ['processes.balance.in.retransmittedOctets', -1],
  ['isolation.kind', 'none'],
  ['isolation.families', ['ipv5']],
  ['traffic.external.in.wireOctets', -1],
  ['traffic.external.in.wireOctets', '48234117'],
  ['traffic.external.in.wireOctets', 1.5],
  ['traffic.external.in.wireOctets', 2 ** 53],
  ['traffic.external.in.wireOctets', undefined],
  ['traffic.external.in.bytes', 1],
  ['traffic.external.ipv6.out.packets', -1],
  ['traffic.external.ipv5', {}],
  ['traffic.loopback.in', undefined],
  ['method.name', 'guess'],
  ['method.errorBound.in', -1],
  ['method.errorBound.in', undefined],
  ['method.packetsIn', null],
  ['protocol.tcp.segmentsIn', -1],
  ['protocol.tcp.extra', 1],
  ['protocol.udp.errors', undefined],
  ['protocol.udp.noPort', undefined],
  ['protocol.tcp.connectionsRefused', undefined],
  ['protocol.icmp', undefined],
  ['protocol.icmp.in.timeExceeded', undefined],
  ['protocol.icmp.out.packetTooBig', -1],
  ['protocol.icmp.in.extra', 1],
  ['protocol.link.drops', '0'],
  ['bypasses', undefined],
  ['bypasses.0.kind', 'window'],
  ['bypasses.0.what', null],
  ['bypasses.0.pid', 0],
  ['bypasses.0.service', undefined],
  ['bypasses.0.leadsOut', 1],
  ['bypasses.0.extra', 1],
  ['budget.verdict', 'maybe'],
  ['budget.limits', []],
  ['budget.limits.0.kind', 'sideways'],
  ['budget.limits.0.limit', null],
  ['budget.limits.0.used', '1'],
  ['budget.limits.0.extra', 1],
  ['budget.ended', undefined],
  ['series.intervalMs', 0],
  ['series.samples.0.in', null],
  ['series.samples.0.extra', 1],
  ['series.average.in', -1],
  ['series.peak', undefined],
  ['warnings', undefined],
  ['warnings.0', { code: 'X' }],
])('a report whose %s is %j is refused', (path, value) => {
  expect(validate(altered(path, value))).toBe(false);
});

test('every property of the schema is described, and no object is open', () => {
  const bad: string[] = [];
  const walk = (node: unknown, path: string): void => {
    if (typeof node !== 'object' || node === null) return;
    if ('type' in node && node.type === 'object' && !('additionalProperties' in node && !node.additionalProperties))
      bad.push(`${path} is open`);
    for (const [key, child] of Object.entries('properties' in node ? (node.properties ?? {}) : {})) {
      if (key !== 'kind' && !('description' in child) && !('$ref' in child))
        bad.push(`${path}.${key} is not described`);
    }
    for (const [key, child] of Object.entries(node)) walk(child, `${path}/${key}`);
  };
  walk(schema, '#');
  expect(bad).toEqual([]);
});

test('its text steers no terminal, and is the same to whoever parses it', () => {
  const argv = ['\u001b[2J\u009b5n\u202e\u2028\u007f', 'ä€😀'];
  const text = renderJson({ ...crawl, command: { ...crawl.command, argv } });
  expect(text).not.toMatch(/[^\n\P{Cc}]|\p{Cf}|\p{Zl}/u);
  expect(text).toContain('ä€😀');
  expect(JSON.parse(text).command.argv).toEqual(argv);
});
