import type { JudgedLimit } from '../measurement/budget.js';
import type { Measurement } from '../measurement/measurement.js';
import { commandLine } from './command-line.js';
import { markup } from './escaping/escape-markup.js';
import { endText, hasFailed } from './phrases/end-text.js';
import { limitName, limitText } from './phrases/limit-text.js';
import { renderText } from './text/text.js';

/** A test that passed has no problem. A failure is the command's, an error says that there is nothing to judge. */
type Case = { readonly name: string; readonly problem?: Problem | undefined };
type Problem = { readonly kind: 'failure' | 'error'; readonly type: string; readonly text: string };

const NAME_WIDTH = 60;

/**
 * The report as JUnit XML, in the form that Jenkins, GitLab and GitHub's actions read: a case for the run and one for
 * each limit. GitLab takes cases of one name for the same one, so the command is in it and no number is. JUnit XML has no place
 * for tables: those of the summary are the suite's output, which Jenkins shows beside its cases.
 */
export function renderJunit(measurement: Measurement): string {
  const { command, budget } = measurement;
  const cases = [runCase(measurement), ...(budget?.limits ?? []).map(limitCase)];
  const count = (kind: Problem['kind']) => cases.filter(({ problem }) => problem?.kind === kind).length;
  const time = (command.durationMs / 1000).toFixed(3);
  const counts = `tests="${cases.length}" failures="${count('failure')}" errors="${count('error')}" time="${time}"`;
  const line = commandLine(command.argv, NAME_WIDTH);
  // The schema's time has no zone.
  const timestamp = command.startedAt.replace(/(\.\d+)?Z$/, '');
  return `${[
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="netmeter" ${counts}>`,
    `  <testsuite name="netmeter" ${counts} skipped="0" timestamp="${markup(timestamp)}">`,
    '    <properties>',
    ...properties(measurement).map(([name, value]) => `      <property name="${name}" value="${markup(value)}"/>`),
    '    </properties>',
    ...cases.map((each, index) => caseText(each, line, index === 0 ? time : '0')),
    `    <system-out>${renderText(measurement, { color: false, by: ['process'] })
      .split('\n')
      .map(markup)
      .join('\n')}</system-out>`,
    '  </testsuite>',
    '</testsuites>',
  ].join('\n')}\n`;
}

/** Of a process that netmeter did not start nothing is expected. */
function runCase({ command: { exit } }: Measurement): Case {
  const problem = { kind: 'failure', type: 'exit', text: `the command ended with ${endText(exit)}` } as const;
  return { name: 'run', problem: hasFailed(exit) ? problem : undefined };
}

/** A warning that was passed over fails nothing, and is named in the summary. */
function limitCase(limit: JudgedLimit): Case {
  if (limit.level === 'warn') return { name: `warn at ${limitName(limit)}` };
  const kind = limit.verdict === 'exceeded' ? 'failure' : 'error';
  const problem = { kind, type: `budget-${limit.verdict}`, text: limitText(limit) } as const;
  return { name: `budget ${limitName(limit)}`, problem: limit.verdict === 'within' ? undefined : problem };
}

function caseText({ name, problem }: Case, line: string, time: string): string {
  const attributes = `classname="netmeter" name="${markup(`${name}: ${line}`)}" time="${time}"`;
  if (!problem) return `    <testcase ${attributes}/>`;
  const { kind, type, text } = problem;
  // As an attribute for Jenkins, as content for GitLab, which shows nothing else.
  const element = `<${kind} type="${type}" message="${markup(text)}">${markup(text)}</${kind}>`;
  return `    <testcase ${attributes}>\n      ${element}\n    </testcase>`;
}

function properties({ command, traffic: { external }, method, isolation }: Measurement): [string, string][] {
  return [
    ['command', commandLine(command.argv, Number.POSITIVE_INFINITY)],
    ['bytes-in', octets(external.in.wireOctets)],
    ['bytes-out', octets(external.out.wireOctets)],
    ['method', method.name],
    ['isolation', isolation.kind],
  ];
}

const octets = (count: number | null) => (count === null ? 'unknown' : `${count}`);
