import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { NETMETER, runToEnd } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';
import { PYTHON } from '../tools.js';

const METER = `'${process.execPath}' '${NETMETER}'`;

/** Runs a line of bash; stdout ends with the status of each part of its last pipeline. */
const bash = (line: string) => runToEnd('bash', ['-c', `${line}; echo "\${PIPESTATUS[@]}"`]);

describe('a reader that goes away ends netmeter quietly', () => {
  test.each([
    '--help',
    '--version',
    'help',
    'doctor',
    'doctor --json',
    'compare --help',
    'watch --help',
    '--completion bash',
  ])('%s', async (words) => {
    const { stdout, stderr } = await bash(`${METER} ${words} | true`);
    expect([stdout, stderr]).toEqual(['0 0\n', '']);
  });
});

test.each(['--help', '--version', 'doctor --json', 'compare --help', 'watch --for 0'])(
  'a disk that is full fails what was asked for: %s',
  async (words) => {
    const { stdout, stderr } = await bash(`${METER} ${words} >/dev/full`);
    expect(stdout).toBe('125\n');
    expect(stderr).toContain('stdout was not written: no space left on device');
  },
);

test('a disk that is full fails no watch that has a file of its own', async () => {
  const { stdout, stderr } = await bash(
    `cd "$(mktemp -d)" && ${METER} watch --for 0 --out w.ndjson >/dev/full && wc -l <w.ndjson; rm -r "$PWD"`,
  );
  expect([stdout, stderr]).toEqual(['1\n0\n', '']);
});

test.each([
  ['>&-', true],
  ['>/dev/null', false],
])('a report on a stdout that is %s', async (redirection, isLost) => {
  const { stdout, stderr } = await bash(`${METER} --isolation host --report - -- true ${redirection}`);
  expect(stdout).toBe('0\n');
  expect(stderr.includes('the report went nowhere: stdout was closed'), stderr).toBe(isLost);
});

describePrivileged('a run whose streams break', () => {
  let folder: string;
  let report: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
    report = join(folder, 'report.json');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Breaks a budget; 1 B over loopback is beyond 0. */
  const breach = (options: string) =>
    `${METER} ${options} --report ${report} --max-loopback 0 -- bash -c 'echo x >/dev/udp/127.0.0.1/9'`;
  const verdict = () => JSON.parse(readFileSync(report, 'utf8')).budget.verdict;

  test.each([
    ['its reader has gone', (line: string) => `${line} 2>&1 | true`, '120 0\n'],
    ['its disk is full', (line: string) => `${line} 2>/dev/full`, '120\n'],
    ['it is closed', (line: string) => `${line} 2>&-`, '120\n'],
    ['both are closed', (line: string) => `(${line} >&- 2>&-)`, '120\n'],
  ])('stderr: %s: the verdict and the report are there', async (_, broken, statuses) => {
    const { stdout } = await bash(broken(breach('')));
    expect(stdout).toBe(statuses);
    expect(verdict()).toBe('exceeded');
  });

  test('the terminal was closed meanwhile', async () => {
    const script = `
import os, pty, signal, sys
pid, terminal = pty.fork()
if pid == 0:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    os.execv(sys.argv[1], sys.argv[1:])
os.read(terminal, 1)
os.close(terminal)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;
    // The job says that it is there, sees the terminal go, and goes on: it is handed SIGHUP, which the kernel sends to netmeter.
    const job =
      'trap "" HUP; echo ready; while echo >/dev/tty; do sleep 0.02; done 2>/dev/null; echo x >/dev/udp/127.0.0.1/9';
    const words = ['--report', report, '--max-loopback', '0', '--', 'bash', '-c', job];
    const { stdout, stderr } = await runToEnd(PYTHON, ['-c', script, process.execPath, NETMETER, ...words]);
    expect([stdout, stderr]).toEqual(['120\n', '']);
    expect(verdict()).toBe('exceeded');
  });

  test('a report on stdout whose reader has gone is no failure, a full disk is', async () => {
    expect((await bash(`${METER} -q --report - -- true | true`)).stdout).toBe('0 0\n');
    const full = await bash(`${METER} -q --report - -- true >/dev/full`);
    expect(full.stdout).toBe('125\n');
    expect(full.stderr.match(/stdout was not written: no space left on device/g)).toHaveLength(1);
  });

  test('a report that cannot be written is reported once, and hides no verdict', async () => {
    symlinkSync('/dev/full', report);
    const { status, stderr } = await runToEnd('bash', ['-c', breach('--quiet')]);
    expect(status).toBe(120);
    expect(stderr.match(/report\.json was not written/g)).toHaveLength(1);
  });
});
