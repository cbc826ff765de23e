import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Measurement } from '../../src/measurement/measurement.js';
import { renderJunit } from '../../src/report/junit.js';
import { ROOT } from '../netmeter.js';
import { attached, blind, breach, crawl, quiet } from '../report/special.js';
import { describeWith, feed, PYTHON } from '../tools.js';
import { ALL } from './measurements.js';

const SCHEMA = join(ROOT, 'fixtures/junit/jenkins-junit.xsd');

/** Cases as a reader of JUnit XML sees them: the name, and what is in it. */
const READ = `
import json, sys, xml.etree.ElementTree as tree
suite = tree.fromstring(sys.stdin.buffer.read()).find('testsuite')
cases = [[case.get('name'), *[[child.tag, child.get('message'), child.text] for child in case]] for case in suite.findall('testcase')]
print(json.dumps({'cases': cases, 'counts': [suite.get(name) for name in ('tests', 'failures', 'errors')],
  'properties': {each.get('name'): each.get('value') for each in suite.iter('property')}}))`;

const read = (measurement: Measurement) => JSON.parse(feed(PYTHON, ['-c', READ], renderJunit(measurement)));
const validate = (text: string) => feed('xmllint', ['--noout', '--nonet', '--schema', SCHEMA, '-'], text);

describeWith(['command -v xmllint', `test -x ${PYTHON}`], 'the JUnit report', () => {
  test.each(ALL)('of %s obeys the schema of Jenkins', (_, measurement) => {
    validate(renderJunit(measurement));
  });

  test('that is altered does not', () => {
    expect(() => validate(renderJunit(crawl).replace('<testcase ', '<testcase when="now" '))).toThrow('when');
  });

  test('has a case for the run and one for each limit', () => {
    expect(read(breach)).toMatchObject({
      counts: ['3', '3', '0'],
      cases: [
        [expect.stringMatching(/^run: sh -c /), ['failure', 'the command ended with SIGTERM', expect.any(String)]],
        [
          expect.stringMatching(/^budget in: sh -c /),
          ['failure', 'in 1 000 001 B exceeds 1 MB (1 000 000 B), 101 %', expect.any(String)],
        ],
        [expect.stringMatching(/^budget out: sh -c /), ['failure', 'out 20 000 B exceeds 0 B', expect.any(String)]],
      ],
    });
    expect(read(crawl)).toMatchObject({ counts: ['2', '0', '0'], cases: [[expect.any(String)], [expect.any(String)]] });
    expect(read(quiet).cases).toEqual([['run: true']]);
  });

  test('says in the content too what GitLab would not find in an attribute', () => {
    for (const [, problem] of read(breach).cases) expect(problem[2]).toBe(problem[1]);
  });

  test('calls what cannot be judged an error, and not a failure', () => {
    const { counts, cases } = read(blind);
    expect(counts).toEqual(['2', '1', '1']);
    expect(cases[1][1]).toEqual(['error', expect.stringContaining('cannot be judged'), expect.any(String)]);
  });

  test('expects nothing of a process that was there before', () => {
    expect(read(attached)).toMatchObject({ counts: ['1', '0', '0'] });
  });

  test('gives cases the same names whatever was measured', () => {
    const other = { ...crawl, budget: { ...breach.budget, limits: crawl.budget?.limits ?? [] } } as Measurement;
    const names = ({ cases }: { cases: unknown[][] }) => cases.map(([name]) => name);
    expect(names(read(other))).toEqual(names(read(crawl)));
  });

  test('holds any command', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 1 }), (argv) => {
        validate(renderJunit({ ...breach, command: { ...breach.command, argv } }));
      }),
      { numRuns: 50 },
    );
  });
});
