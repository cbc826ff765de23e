import { expect, test } from 'vitest';
import type { Measurement } from '../../src/measurement/measurement.js';
import { metricsOf } from '../../src/report/metrics/metrics.js';
import { renderOpenMetrics } from '../../src/report/metrics/open-metrics.js';
import { blind, breach, crawl, hostile, quiet } from '../report/special.js';
import { describeWith, feed, PYTHON } from '../tools.js';
import { ALL } from './measurements.js';

/** The samples as a parser of prometheus_client reads them: name, labels, value. */
const read = (parser: 'openmetrics.parser' | 'parser') => `
import json, sys
from prometheus_client.${parser} import text_string_to_metric_families as families
text = sys.stdin.buffer.read().decode()
print(json.dumps([[s.name, s.labels, s.value] for family in families(text) for s in family.samples]))`;

/** GitLab's parser of metrics reports: what is behind \`#\` is cut off, and the rest is read as a shell would. */
const GITLAB = `
import json, re, shlex, sys
lines = [shlex.split(re.sub('#.*$', '', line)) for line in sys.stdin.buffer.read().decode().splitlines()]
print(json.dumps([line for line in lines if line]))`;

type Read = readonly [string, Readonly<Record<string, string>>, number];

const samples = (measurement: Measurement, parser: 'openmetrics.parser' | 'parser' = 'openmetrics.parser') =>
  JSON.parse(feed(PYTHON, ['-c', read(parser)], renderOpenMetrics(measurement))) as Read[];

const metric = (measurement: Measurement, name: string, labels: Read[1] = {}) =>
  samples(measurement).find(
    ([each, its]) => each === name && Object.entries(labels).every(([key, value]) => its[key] === value),
  )?.[2];

describeWith([`${PYTHON} -c 'import prometheus_client.openmetrics.parser'`], 'the metrics', () => {
  test.each(ALL)('of %s are OpenMetrics and Prometheus text, and hold every number that is known', (_, measurement) => {
    const read = samples(measurement);
    const known = metricsOf(measurement).flatMap((family) =>
      family.samples.filter(({ value }) => value !== null).map(({ labels, value }) => [family.name, labels, value]),
    );
    expect(read.map(([name, { command, ...labels }, value]) => [name, labels, value])).toEqual(known);
    expect(samples(measurement, 'parser')).toEqual(read);
  });

  test.each(ALL)('of %s are read by GitLab', (_, measurement) => {
    const lines = JSON.parse(feed(PYTHON, ['-c', GITLAB], renderOpenMetrics(measurement))) as string[][];
    expect(lines.map(([, value]) => Number(value))).toEqual(samples(measurement).map(([, , value]) => value));
    expect(lines.every(([name]) => name?.startsWith('netmeter_'))).toBe(true);
    expect(new Set(lines.map(([name]) => name)).size).toBe(lines.length);
  });

  test('of an altered text are refused', () => {
    const text = renderOpenMetrics(crawl).replace('# EOF\n', '');
    expect(() => feed(PYTHON, ['-c', read('openmetrics.parser')], text)).toThrow('EOF');
  });

  test('give the bytes, the budget and the end', () => {
    expect(metric(crawl, 'netmeter_bytes', { class: 'external', direction: 'in' })).toBe(48_234_117);
    expect(metric(crawl, 'netmeter_budget_allowed_bytes', { limit: 'total' })).toBe(50_000_000);
    expect(metric(crawl, 'netmeter_budget_exceeded', { limit: 'total' })).toBe(0);
    expect(metric(breach, 'netmeter_budget_exceeded', { limit: 'in' })).toBe(1);
    expect(metric(quiet, 'netmeter_command_failed')).toBe(0);
    expect(metric(breach, 'netmeter_command_failed')).toBe(1);
  });

  test('leave out what is unknown', () => {
    expect(metric(blind, 'netmeter_bytes')).toBeUndefined();
    expect(metric(blind, 'netmeter_budget_exceeded')).toBeUndefined();
    expect(renderOpenMetrics(blind)).not.toMatch(/NaN|null|undefined/);
  });

  test('are labelled with the name of the program alone', () => {
    expect(new Set(samples(crawl).map(([, { command }]) => command))).toEqual(new Set(['node']));
    expect(samples(hostile)[0]?.[1]).toMatchObject({ command: expect.not.stringMatching(/[\n/]/) });
  });
});
