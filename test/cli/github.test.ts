import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { NETMETER, netmeter, ROOT, runToEnd } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';
import { commandsIn } from '../report/runner.js';

const NOWHERE = `ip link set lo up; ip link add up0 type veth peer up1; ip link set up0 up; ip link set up1 up
  ip addr add 203.0.113.1/30 dev up0; ip neigh add 203.0.113.2 lladdr 02:00:00:00:00:01 dev up0
  ip route add default via 203.0.113.2; exec "$@"`;
const SENDS = ['bash', '-c', 'echo x >/dev/udp/203.0.113.9/9'];

describePrivileged('in a job of GitHub Actions', () => {
  let folder: string;
  let summary: string;
  let output: string;
  let env: NodeJS.ProcessEnv;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'netmeter-github-'));
    summary = join(folder, 'summary');
    output = join(folder, 'output');
    writeFileSync(summary, '');
    writeFileSync(output, '');
    env = { ...process.env, GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: summary, GITHUB_OUTPUT: output };
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Runs netmeter in a namespace whose uplink leads nowhere, and sends one datagram of 30 bytes there. */
  const breach = (words: readonly string[], environment = env) =>
    runToEnd(
      'unshare',
      ['--net', 'sh', '-euc', NOWHERE, 'sh', process.execPath, NETMETER, ...words, '--max-out', '0', '--', ...SENDS],
      { env: environment },
    );

  test('the summary and the outputs are added to what is there, run after run', async () => {
    writeFileSync(summary, '# Mine');
    writeFileSync(output, 'mine=1');
    for (const run of [1, 2]) {
      const { status, stderr } = await netmeter(['--', 'true', `${run}`], { env });
      expect(status, stderr).toBe(0);
      expect(commandsIn(stderr)).toEqual([]);
    }
    const text = readFileSync(summary, 'utf8');
    expect(text.startsWith('# Mine\n\n### netmeter: `true 1`\n')).toBe(true);
    expect(text).toContain('</details>\n\n### netmeter: `true 2`\n');
    const values = 'bytes-in=0\nbytes-out=0\nbytes-total=0\nverdict=\n';
    expect(readFileSync(output, 'utf8')).toBe(`mine=1\n${values}${values}`);
  });

  test('a breach is annotated, with --quiet too', async () => {
    const { status, stderr } = await breach(['--quiet']);
    expect(status, stderr).toBe(120);
    expect(commandsIn(stderr)).toEqual([
      { name: 'error', properties: { title: 'netmeter' }, data: 'out 30 B exceeds 0 B' },
    ]);
    expect(readFileSync(summary, 'utf8')).toContain('✘ over budget');
    expect(readFileSync(output, 'utf8')).toContain('verdict=exceeded\n');
  });

  test.each([['--ci', 'none'], ['--ci=gitlab']])('%s %s leaves all of it out', async (...words) => {
    const { status, stderr } = await breach(words);
    expect(status).toBe(120);
    expect(commandsIn(stderr)).toEqual([]);
    expect(readFileSync(summary, 'utf8') + readFileSync(output, 'utf8')).toBe('');
  });

  test('--ci github annotates outside of GitHub', async () => {
    const { stderr } = await breach(['--ci', 'github'], process.env);
    expect(commandsIn(stderr).map(({ name }) => name)).toEqual(['error']);
  });

  test('a command line is no workflow command', async () => {
    const words = ['true', '::error ::owned', '##[error]owned', '\n::warning ::owned'];
    const { stderr } = await netmeter(['--', ...words], { env });
    expect(commandsIn(stderr)).toEqual([]);
    const missing = await netmeter(['--', '/no/such\n::error ::owned'], { env });
    expect(missing.status).toBe(127);
    expect(commandsIn(missing.stderr)).toEqual([]);
  });

  test.each([0, 7])('files that cannot be written are said and leave exit status %i', async (code) => {
    const broken = { ...env, GITHUB_STEP_SUMMARY: join(folder, 'none/summary'), GITHUB_OUTPUT: folder };
    const { status, stderr } = await netmeter(['--', 'sh', '-c', `exit ${code}`], { env: broken });
    expect(status).toBe(code);
    expect(stderr).toContain('GITHUB_STEP_SUMMARY');
    expect(stderr).toContain('GITHUB_OUTPUT');
    expect(stderr).toContain('--ci none leaves it out');
  });

  test('a disk that is full leaves what was there', async () => {
    const script = `mount -t tmpfs -o size=8k,mode=777 tmpfs ${folder} && cd ${folder} || exit 9
      head -c 4090 /dev/zero | tr '\\0' x >output; head -c 4090 /dev/zero | tr '\\0' x >summary
      ${process.execPath} ${NETMETER} -- true; echo "exit $?"; wc -c <output; wc -c <summary`;
    const { stdout, stderr } = await runToEnd('unshare', ['--mount', 'sh', '-c', script], { env });
    expect(stderr).toContain('no space left on device');
    expect(stdout.split('\n')).toEqual(['exit 0', '4090', '4090', '']);
  });

  test('under sudo a new file belongs to the caller, and what the caller may not write stays as it is', async () => {
    rmSync(output);
    chmodSync(folder, 0o777);
    const { status, stderr } = await netmeter(['--', 'true'], { env: { ...env, SUDO_UID: '4242', SUDO_GID: '4343' } });
    expect(status).toBe(0);
    expect(statSync(output)).toMatchObject({ uid: 4242, gid: 4343 });
    expect(statSync(summary)).toMatchObject({ uid: 0, gid: 0, size: 0 });
    expect(stderr).toContain(`the file of GITHUB_STEP_SUMMARY, ${summary}, was not written: permission denied`);
  });

  test('attach reports it too', async () => {
    const words = [NETMETER, 'attach', `${process.pid}`, '--for', '10ms', '-q'];
    const { status, stderr } = await runToEnd(process.execPath, words, { env, cwd: ROOT });
    expect(status, stderr).toBe(0);
    expect(readFileSync(summary, 'utf8')).toContain(`| attached to | process ${process.pid} |`);
    expect(readFileSync(output, 'utf8')).toMatch(/^bytes-in=\d+\nbytes-out=/);
  });
});

describePrivileged('every format', () => {
  test.each(['', 'attach'])('is written by one run (%s)', async (command) => {
    const folder = mkdtempSync(join(tmpdir(), 'netmeter-formats-'));
    try {
      const names = ['r.json', 'r.txt', 'r.md', 'r.html', 'r.csv', 'r.prom', 'r.junit.xml'];
      const reports = names.flatMap((name) => ['--report', join(folder, name)]);
      const words =
        command === 'attach'
          ? ['attach', `${process.pid}`, '--for', '10ms', '-q', ...reports]
          : ['-q', ...reports, '--', 'true'];
      const { status, stderr } = await netmeter(words);
      expect(status, stderr).toBe(0);
      const begins = ['{', 'netmeter: ', '### netmeter', '<!doctype html>', 'at_ms,', '# TYPE', '<?xml '];
      expect(
        names.map((name, index) => readFileSync(join(folder, name), 'utf8').slice(0, begins[index]?.length)),
      ).toEqual(begins);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
