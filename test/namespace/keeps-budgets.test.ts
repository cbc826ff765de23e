import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { JudgedLimit } from '../../src/measurement/budget.js';
import type { Measurement } from '../../src/measurement/measurement.js';
import { measured, NETMETER, netmeter, program } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';
import { once } from '../wait.js';
import { Machine } from './machine.js';
import { measuredWithResolver } from './resolv.js';
import { Wire } from './wire.js';

const TRAFFIC = program('traffic.py');

const verdictOn = ({ budget }: Measurement, kind: JudgedLimit['kind'], subject?: string) =>
  budget?.limits.find((limit) => limit.kind === kind && limit.subject === subject)?.verdict;

describePrivileged('a budget is judged alike every time, and never passes unjudged', () => {
  let wire: Wire;
  let names: ChildProcess;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
    wire = await Wire.lay(31);
    const zone = {
      'www.example.com': [['A', wire.ipv4]],
      'tracker.ads.example': [['A', wire.ipv4]],
    };
    const words = ['netns', 'exec', wire.namespace, process.execPath, program('zone-server.js'), wire.ipv4];
    names = spawn('ip', [...words, JSON.stringify(zone)], { stdio: ['ignore', 'pipe', 'inherit'] });
    if (names.stdout) await once(names.stdout, 'data');
  });
  afterAll(async () => {
    names?.kill('SIGKILL');
    await wire?.[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  /** A download of `bytes` by bash alone, which starts sooner than a client. */
  const fetch = (bytes: number) => [
    'bash',
    '-c',
    `exec 3<>/dev/tcp/${wire.ipv4}/${wire.port}; echo get ${bytes} >&3; exec cat <&3 >/dev/null`,
  ];

  test('40 identical runs have 40 identical verdicts', async () => {
    const within = ['--max-in', '50kB', '--max-connections', '1'];
    const exceeded = [...within, '--max-remote', `${wire.ipv4}=1kB`, '--warn-out', '1'];
    const series = async (limits: readonly string[]) => {
      const { report } = await measured(fetch(8000), ['--runs', '20', ...limits]);
      return {
        runs: report.repeat?.runs.map(({ verdict }) => verdict),
        judged: report.budget?.limits.map(({ kind, verdict, level = 'max' }) => `${level} ${kind} ${verdict}`),
      };
    };
    const all = (verdict: string) => Array.from({ length: 20 }, () => verdict);
    expect(await Promise.all([series(within), series(exceeded)])).toEqual([
      { runs: all('within'), judged: ['max in within', 'max connections within'] },
      {
        runs: all('exceeded'),
        judged: ['max in within', 'max connections within', 'max remote exceeded', 'warn out exceeded'],
      },
    ]);
  });

  test('one packet exceeds a budget of 0, and loopback alone does not', async () => {
    const packet = await netmeter(['-q', '--max-total', '0', '--', 'python3', TRAFFIC, 'udp', wire.ipv4, '7000', '1']);
    expect(packet).toMatchObject({ status: 120, stderr: expect.stringContaining('✘ total 1 028 B exceeds 0 B') });
    const zeros = ['--max-total=0', '--max-remote=*=0', '--max-connections=0', '--max-rate-peak=0B/s'];
    const local = ['python3', TRAFFIC, 'loopback', '127.0.0.1', '0', '100000'];
    const { status, report } = await measured(local, [...zeros, '--warn-loopback', '1']);
    expect(status).toBe(0);
    expect(report.budget?.limits.map(({ kind, verdict }) => [kind, verdict])).toEqual([
      ['total', 'within'],
      ['rate-peak', 'within'],
      ['connections', 'within'],
      ['remote', 'within'],
      ['loopback', 'exceeded'],
    ]);
    const asked = await netmeter(['-q', '--max-loopback', '50kB', '--', ...local]);
    expect(asked.status).toBe(120);
  });

  test('rates are over all of the time that was needed, the last interval included; the summary and the judge agree', async () => {
    const download = `exec 3<>/dev/tcp/${wire.ipv4}/${wire.port}; echo get 3000000 >&3; cat <&3 >/dev/null`;
    // Time: the rates are over it.
    for (const script of [`(sleep 1.2; ${download}) &`, `sleep 1.2; ${download}`]) {
      const limits = ['--max-rate-average', '2600kB/s', '--max-rate-peak', '1GB/s'];
      const { report, status, stderr } = await measured(['bash', '-c', script], limits);
      const { average, peak, durationMs = 0 } = report.series;
      const { in: incoming } = report.traffic.external;
      expect(status, stderr).toBe(0);
      expect(report.command.durationMs).toBeGreaterThanOrEqual(1200);
      expect(average?.in).toBe(Math.round(((incoming.wireOctets ?? 0) * 1000) / durationMs));
      expect(peak?.in).toBeGreaterThanOrEqual(average?.in ?? Infinity);
      expect(report.budget?.limits.map(({ used }) => used)).toEqual([average?.in, peak?.in]);
    }
  });

  test('a warning is reported, also to who wants no summary, and fails nothing', async () => {
    const words = ['-q', '--warn-in', '100', '--warn-out', '1MB', '--', ...fetch(500)];
    const { status, stderr } = await netmeter(words);
    expect(status).toBe(0);
    expect(stderr).toMatch(/^ {2}warn at +! in [\d ]+ B exceeds 100 B.*\n$/);
  });

  test('quiet, a broken budget is a line, and no summary', async () => {
    const { status, stderr } = await netmeter(['-q', '--max-in', '100', '--max-out', '1MB', '--', ...fetch(500)]);
    expect(status).toBe(120);
    expect(stderr).toMatch(/^ {2}budget +✘ in [\d ]+ B exceeds 100 B.*\n$/);
  });

  test('a remote is judged by the names that were asked for', async () => {
    const job = (name: string) => `python3 ${TRAFFIC} requests ${name} 7000 2`;
    const limits = ['--max-remote', '*.ads.example=0', '--max-remote', 'www.example.com=1MB', '--max-dns-queries', '9'];
    const resolver = `nameserver ${wire.ipv4}\n`;
    const good = await measuredWithResolver(resolver, job('www.example.com'), limits);
    expect(good, good.stderr).toMatchObject({ status: 0 });
    expect(verdictOn(good.report, 'remote', '*.ads.example')).toBe('within');
    const bad = await measuredWithResolver(resolver, job('tracker.ads.example'), limits);
    expect(bad, bad.stderr).toMatchObject({ status: 120 });
    expect(verdictOn(bad.report, 'remote', '*.ads.example')).toBe('exceeded');
    // Both names lead to one address: who of the two was it?
    const both = await measuredWithResolver(
      resolver,
      `${job('www.example.com')}; ${job('tracker.ads.example')}`,
      limits,
    );
    expect(both, both.stderr).toMatchObject({ status: 125 });
    expect(both.stderr).toMatch(/\? remote \*\.ads\.example .*cannot be judged/);
  });

  test('what an isolation does not report is not judged, with the reason: exit 125', async () => {
    await using machine = await Machine.build(31);
    const words = ['--isolation', 'host', '--max-remote', '203.0.113.1=1MB', '--baseline-idle', '100ms', '--'];
    const job = ['python3', TRAFFIC, 'download', machine.far4, '7000', '2000000'];
    // Without the rights to count at the command's control group.
    const unmetered = ['--inh-caps', '-bpf,-sys_admin', '--bounding-set', '-bpf,-sys_admin', '--', process.execPath];
    const host = await machine.run('setpriv', [...unmetered, NETMETER, ...words, ...job]);
    expect(host.status, host.stderr).toBe(125);
    expect(host.stderr.replaceAll(/\n +/g, ' ')).toContain('the remotes are not distinguished here');
    // With them it is known to the octet.
    const metered = await machine.run(process.execPath, [NETMETER, ...words, ...job]);
    expect(metered.status, metered.stderr).toBe(0);
  });

  test('a program is judged by its name, and the limit alone asks for the count', async () => {
    const job = ['sh', '-c', `python3 ${TRAFFIC} requests ${wire.ipv4} 7000 2; true`];
    const limits = [
      '--max-process',
      'python3*=2kB',
      '--max-process',
      'no-such-program=0',
      '--warn-process',
      'python*=500',
    ];
    const { status, report, stderr } = await measured(job, limits);
    expect(status, stderr).toBe(0);
    expect(report.budget?.limits).toMatchObject([
      // Each request is 208 octets of payload and each answer 500.
      { kind: 'process', subject: 'python3*', used: 1416, verdict: 'within' },
      { kind: 'process', subject: 'no-such-program', used: 0, verdict: 'within' },
      { kind: 'process', subject: 'python*', level: 'warn', used: 1416, verdict: 'exceeded' },
    ]);
    expect((await netmeter(['-q', '--max-process', 'python3*=1kB', '--', ...job])).status).toBe(120);
  });

  test('the nearest configuration counts, and words win over it', async () => {
    const config = { max: { in: 100 }, budgets: { large: { max: { in: '1MB' } } } };
    writeFileSync(join(folder, 'netmeter.config.json'), JSON.stringify(config));
    const status = async (...words: string[]) =>
      (await netmeter(['-q', ...words, '--', ...fetch(500)], { cwd: folder })).status;
    expect(await status()).toBe(120);
    expect(await status('--max-in', '1MB')).toBe(0);
    expect(await status('--budget', 'large')).toBe(0);
    expect(await status('--no-config')).toBe(0);
    expect(await status('--budget', 'lagre')).toBe(125);
    expect(await status('--config', 'missing.json')).toBe(125);
    const { stderr } = await netmeter(['--save-baseline', 'none.json', '--', ...fetch(500)], { cwd: folder });
    expect(stderr.replaceAll(/\n {12}/g, ' ')).toContain(`budget    from ${join(folder, 'netmeter.config.json')}`);
    expect(stderr).toContain('none.json was not written: a run that fails makes no baseline');
  });

  test('a run is compared with its baseline, which only a run that succeeded makes', async () => {
    const file = join(folder, 'base.json');
    const job = [
      'bash',
      '-c',
      `exec 3<>/dev/tcp/${wire.ipv4}/${wire.port}; echo get $BYTES >&3; cat <&3 >/dev/null; exit $STATUS`,
    ];
    const run = (bytes: number, words: string[], status = 0) =>
      netmeter([...words, '--', ...job], { env: { ...process.env, BYTES: `${bytes}`, STATUS: `${status}` } });
    expect((await run(100_000, ['-q', '--save-baseline', file], 3)).status).toBe(3);
    expect((await run(100_000, ['-q', '--save-baseline', file, '--max-in', '5'])).status).toBe(120);
    expect(existsSync(file)).toBe(false);
    expect((await run(100_000, ['-q', '--save-baseline', file])).status).toBe(0);
    const against = ['--baseline', file, '--min-increase', '10kB'];
    // A segment may cross twice: the figures leave room for many.
    expect((await run(80_000, against)).status).toBe(0);
    expect((await run(200_000, ['--baseline', file])).status).toBe(0);
    const grown = await run(200_000, against);
    expect(grown.status).toBe(120);
    const text = grown.stderr.replaceAll(/\n {12}/g, ' ');
    expect(text).toMatch(/✘ in vs\. baseline [\d ]+ B exceeds .*; the baseline used 1\d\d \d\d\d B/);
    expect(text).toMatch(/✘ remote 203\.0\.113\.\d+:7000 /);
    expect((await run(200_000, [...against, '--max-increase', '200%'])).status).toBe(0);
    const elsewhere = await run(100_000, [...against, '--isolation', 'host', '--baseline-idle', '0']);
    expect(elsewhere.status, elsewhere.stderr).toBe(125);
    expect(elsewhere.stderr.replaceAll(/\n {12}/g, ' ')).toContain('the isolation was veth and would be host');
    const other = await netmeter(['--baseline', file, '--', 'true']);
    expect(other).toMatchObject({ status: 125, stderr: expect.stringContaining('the command was bash') });
    const compared = await netmeter(['compare', file, file, '--max-increase', '0%', '--min-increase', '0', '--json']);
    expect(compared.status, compared.stderr).toBe(0);
    expect(JSON.parse(compared.stdout).limits).toMatchObject([
      { subject: 'in' },
      { subject: 'out' },
      { subject: 'total' },
    ]);
  });

  test('an unchanged run passes, whether it or its baseline has seen the name of a remote or not', async () => {
    const [job, resolver] = [`python3 ${TRAFFIC} requests www.example.com 7000 40`, `nameserver ${wire.ipv4}\n`];
    const { report: named } = await measuredWithResolver(resolver, job);
    const { dns: _, ...unseen } = named;
    const rows = named.remotes?.rows.map((row) => ({ ...row, names: [] })) ?? [];
    const nameless = {
      ...unseen,
      ...(named.remotes && { remotes: { ...named.remotes, rows } }),
      // The job is in another folder the next time.
      command: { ...named.command, argv: ['sh', '...'] },
    };
    expect(named.remotes?.rows.flatMap(({ names }) => names)).toContain('www.example.com');
    const file = (name: string) => join(folder, `${name}.json`);
    writeFileSync(file('named'), JSON.stringify(named));
    writeFileSync(file('nameless'), JSON.stringify(nameless));
    const allowed = ['--max-increase', '0%', '--min-increase', '1kB'];
    const later = await measuredWithResolver(resolver, job, ['--baseline', file('nameless'), ...allowed]);
    expect(later, later.stderr).toMatchObject({ status: 0 });
    for (const [before, after] of [
      ['named', 'nameless'],
      ['nameless', 'named'],
    ] as const) {
      const compared = await netmeter(['compare', file(before), file(after), ...allowed]);
      expect(compared.status, compared.stdout + compared.stderr).toBe(0);
    }
  });

  test('a budget that was suggested from a run is kept by the next', async () => {
    const [report, config] = [join(folder, 'run.json'), join(folder, 'suggested.json')];
    await netmeter(['-q', '--report', report, '--', ...fetch(50_000)]);
    const suggested = await netmeter(['budget', 'suggest', report, '--name', 'fetch', '--out', config]);
    expect(suggested.status, suggested.stderr).toBe(0);
    const again = await netmeter(['-q', '--config', config, '--budget', 'fetch', '--', ...fetch(40_000)]);
    expect(again.status, again.stderr).toBe(0);
    const more = await netmeter(['-q', '--config', config, '--budget', 'fetch', '--', ...fetch(200_000)]);
    expect(more.status).toBe(120);
  });

  test('of several runs the worst is judged, or the median; what is prepared is not metered', async () => {
    const counter = join(folder, 'runs');
    // The second of the runs that count uses more.
    const job = [
      'bash',
      '-c',
      `test $(wc -l <${counter}) = 3 && many=100000 || many=500; ${fetch(0)[2]?.replace('get 0', 'get $many')}`,
    ];
    const prepare = `echo >>${counter}; exec 3<>/dev/tcp/${wire.ipv4}/${wire.port}; echo get 50000 >&3; cat <&3 >/dev/null`;
    const run = (...words: string[]) => {
      rmSync(counter, { force: true });
      const script = `bash -c '${prepare}'`;
      return measured(job, ['--runs', '3', '--warmup', '1', '--prepare', script, '--max-in', '20kB', ...words]);
    };
    const worst = await run();
    expect(worst.status, worst.stderr).toBe(120);
    expect(worst.report.repeat).toMatchObject({ judge: 'worst', judged: 1, warmups: 1, outliers: [1] });
    expect(worst.report.repeat?.runs.map(({ verdict }) => verdict)).toEqual(['within', 'exceeded', 'within']);
    expect(worst.report.traffic.external.in.wireOctets).toBe(worst.report.repeat?.spread.in?.max);
    expect(worst.report.warnings.map(({ code }) => code)).toContain('OUTLIERS');
    expect(worst.stderr).toMatch(/warm-up: .*\n.*run 1 of 3: .*\n.*run 2 of 3: .* budget exceeded\n/);
    const median = await run('--judge', 'median', '-q');
    expect(median.status, median.stderr).toBe(0);
    expect(median.report.repeat?.spread.in?.median).toBe(median.report.traffic.external.in.wireOctets);
  });

  test('the first run that fails ends the series with its status', async () => {
    const counter = join(folder, 'failing');
    const job = ['sh', '-c', `echo >>${counter}; exit $(test $(wc -l <${counter}) = 2 && echo 7 || echo 0)`];
    const { status, report } = await measured(job, ['-q', '--runs', '5']);
    expect(status).toBe(7);
    expect(report.repeat?.runs.map(({ exit }) => exit)).toEqual([
      { kind: 'code', code: 0 },
      { kind: 'code', code: 7 },
    ]);
    const unprepared = await netmeter(['--runs', '2', '--prepare', 'exit 4', '--', 'true']);
    expect(unprepared).toMatchObject({
      status: 125,
      stderr: expect.stringContaining("--prepare 'exit 4' ended with 4"),
    });
  });

  test('a series that is stopped has not passed', async () => {
    const job = ['sh', '-c', 'trap "exit 0" TERM; echo ready; while :; do sleep 0.05; done'];
    const child = spawn(process.execPath, [NETMETER, '-q', '--runs', '9', '--', ...job], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const gone = once(child, 'exit');
    await once(child.stdout, 'data');
    child.kill('SIGTERM');
    expect(await gone).toEqual([143, null]);
  });
});
