import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseRecord } from '../../src/watch/records/parse-record.js';
import type { SampleRecord } from '../../src/watch/records/record.js';
import type { WatchSummary } from '../../src/watch/summary.js';
import { NETMETER, netmeter, runToEnd } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';
import { letPass, once, until } from '../wait.js';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
  path = join(folder, 'w.ndjson');
});
afterEach(() => rmSync(folder, { recursive: true }));

const watch = (...words: readonly string[]) => netmeter(['watch', ...words]);

/** The samples of the file; lines that are none are left out. */
function samples(): SampleRecord[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .map(parseRecord)
    .flatMap((parsed) => (parsed.kind === 'record' ? [parsed.record] : []));
}

const lineCount = () => (existsSync(path) ? readFileSync(path, 'utf8').split('\n').length - 1 : 0);

/** A watch that goes on, with what it says. */
function start(...words: readonly string[]) {
  const child: ChildProcess = spawn(process.execPath, [NETMETER, 'watch', ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk) => {
    said.stdout += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    said.stderr += chunk;
  });
  return { child, said, closed: once(child, 'close') };
}

const inOctets = ({ counters }: SampleRecord) =>
  BigInt(counters.netstat['IpExt']?.['InOctets'] ?? 0) + BigInt(counters.snmp6?.['Ip6InOctets'] ?? 0);
const rawIn = ({ delta }: SampleRecord) => BigInt((delta?.raw.ipv4.in ?? 0) + (delta?.raw.ipv6?.in ?? 0));

test('one sample, and then its file goes on', async () => {
  expect(await watch('--for', '0', '--out', path)).toMatchObject({ status: 0, stderr: '' });
  const { status, stdout } = await watch('--for', '0', '--out', path);
  expect(status).toBe(0);
  expect(stdout).toMatch(/^time \(UTC\) +in +out +loopback +in\/s +out\/s +notes\n/);
  expect(stdout).toMatch(/\ntotal since .* UTC \(2 samples\)\n {2}in /);
  expect(samples().map(({ delta }) => delta === null)).toEqual([true, false]);
});

test('samples until the time is over; quiet says nothing', async () => {
  expect(await watch('-q', '--interval', '50ms', '--for', '200ms', '--out', path)).toMatchObject({
    status: 0,
    stdout: '',
    stderr: '',
  });
  expect(samples().length).toBeGreaterThanOrEqual(3);
});

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  '%s takes a last sample, prints the total and is no failure',
  async (signal) => {
    const { child, said, closed } = start('--interval', '1h', '--out', path);
    await until('so many lines are written', () => lineCount() === 1);
    child.kill(signal);
    expect(await closed).toEqual([0, null]);
    expect(samples().length).toBe(2);
    expect(said.stdout).toContain('(2 samples)');
  },
);

/** Datagrams to itself on loopback, as long as it is open. */
function chatter(): Disposable {
  const socket = createSocket('udp4');
  const send = (port: number) => void socket.send(Buffer.alloc(100), port, '127.0.0.1');
  socket.bind(0, '127.0.0.1', () => send(socket.address().port));
  // Each that arrives sends the next.
  socket.on('message', (_, { port }) => send(port));
  return { [Symbol.dispose]: () => void socket.close() };
}

test('killed in the middle of its appends, again and again, it loses nothing', async () => {
  using _ = chatter();
  for (let round = 1; round <= 5; round++) {
    const before = lineCount();
    const { child, closed } = start('--quiet', '--interval', '1ms', '--out', path);
    await until('so many lines are written', () => lineCount() >= before + 20);
    child.kill('SIGKILL');
    await closed;
    // What a power loss may leave.
    if (round % 2 === 0) appendFileSync(path, '{"schema":1,"kind":"sam');
  }
  await watch('--quiet', '--for', '0', '--out', path);
  const all = samples();
  const [first, last] = [all[0], all.at(-1)];
  if (!first || !last) throw new Error('no sample');
  expect(inOctets(last)).toBeGreaterThan(inOctets(first));
  expect(all.reduce((sum, record) => sum + rawIn(record), 0n)).toBe(inOctets(last) - inOctets(first));
  expect(all.flatMap(({ events }) => events.filter(({ kind }) => kind !== 'gap'))).toEqual([]);
  const { stdout } = await watch('--report', path, '--json');
  const summary: WatchSummary = JSON.parse(stdout);
  expect(summary.samples).toBe(all.length);
  expect({ ...summary.external, loopback: summary.loopback }).toEqual({
    in: last.total.in,
    out: last.total.out,
    loopback: last.total.loopback,
  });
});

test('a cut last line is said, stays, and is shown by the report', async () => {
  await watch('--quiet', '--for', '0', '--out', path);
  appendFileSync(path, readFileSync(path, 'utf8').slice(0, 300));
  const again = await watch('--quiet', '--for', '0', '--out', path);
  expect(again).toMatchObject({ status: 0 });
  expect(again.stderr).toContain('its last line was cut');
  const { stdout } = await watch('--report', path);
  expect(stdout).toContain('2 samples');
  expect(stdout).toContain('line 2: it is cut or no JSON');
});

test('two of them on one file: the second is refused', async () => {
  const { child, closed } = start('--quiet', '--out', path);
  await until('so many lines are written', () => lineCount() === 1);
  const second = await watch('--for', '0', '--out', path);
  expect(second).toMatchObject({ status: 125, stdout: '' });
  expect(second.stderr).toContain(`another netmeter watch writes to ${path}`);
  // A report reads meanwhile.
  expect((await watch('--report', path)).status).toBe(0);
  child.kill('SIGKILL');
  await closed;
  expect((await watch('--for', '0', '--out', path)).status).toBe(0);
});

test('the report reads stdin', async () => {
  await watch('--quiet', '--for', '0', '--out', path);
  const ended = await runToEnd('sh', ['-c', `${process.execPath} ${NETMETER} watch --report - <${path}`]);
  expect(ended).toMatchObject({ status: 0, stderr: '' });
  expect(ended.stdout).toContain('netmeter watch: stdin');
});

test('a reader of the lines that goes away ends it, unless there is a file', async () => {
  const piped = (words: string) => `${process.execPath} ${NETMETER} watch --interval 20ms ${words} | head -n 2`;
  expect((await runToEnd('sh', ['-c', piped('')])).stdout.split('\n').length).toBe(3);
  expect(await runToEnd('sh', ['-c', piped(`--for 1s --out ${path}`)])).toMatchObject({ stderr: '' });
  expect(samples().length).toBeGreaterThan(5);
});

describe('words', () => {
  test.each<[string[], string]>([
    [['--intervall', '1s'], 'did you mean --interval?'],
    [['--interval'], '--interval needs a value'],
    [['--interval='], '--interval needs a value'],
    [['--interval', '--quiet'], '--interval needs a value'],
    [['--interval', 'soon'], "bad duration 'soon'"],
    [['--interval', '0'], '--interval cannot be 0'],
    [['--for', '1x'], "bad duration '1x'"],
    [['--quiet=1'], '--quiet takes no value'],
    [['--out', 'a', '--out', 'b'], '--out was given 2 times'],
    [['--json'], '--json needs --report'],
    [['--report', 'x', '--out', 'y'], '--out is for watching'],
    [['--report', '/no/such/file'], '/no/such/file cannot be read'],
    [['--report', '/dev/null'], 'holds no sample'],
    [['--out', '/no/such/folder/w'], '/no/such/folder/w cannot be written to'],
    [['--out', '/dev/null'], 'it is no regular file'],
    [['--out', NETMETER], 'holds something other than samples'],
    [['ls', '-l'], 'netmeter -- watch'],
  ])('%j is refused with the cure', async (words, message) => {
    const ended = await watch(...words);
    expect(ended).toMatchObject({ status: 125, stdout: '' });
    expect(ended.stderr).toContain(message);
  });

  test('--help fits a terminal and names every option', async () => {
    const { status, stdout } = await watch('--help');
    expect(status).toBe(0);
    for (const word of ['--interval', '--out', '--for', '--quiet', '--report', '--json', '125'])
      expect(stdout).toContain(word);
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  test('a foreign file is not touched', async () => {
    writeFileSync(path, 'my thesis\n');
    expect((await watch('--for', '0', '--out', path)).status).toBe(125);
    expect(readFileSync(path, 'utf8')).toBe('my thesis\n');
  });
});

describePrivileged('beside a run', () => {
  test('behind -- or another option, watch is a program', async () => {
    const program = join(folder, 'watch');
    writeFileSync(program, '#!/bin/sh\necho "the program $1"\n', { mode: 0o755 });
    const env = { ...process.env, PATH: `${folder}:${process.env['PATH']}` };
    for (const words of [
      ['--', 'watch', 'ls'],
      ['--quiet', 'watch', 'ls'],
    ])
      expect((await netmeter(words, { env })).stdout).toContain('the program ls');
  });

  test('a full disk is said, and made good when there is room again', async () => {
    // What had no room is taken back, a moment later: in the end whole lines are left.
    const disk = join(folder, 'disk');
    const script = `mkdir ${disk}; mount -t tmpfs -o size=1m tmpfs ${disk}
      head -c 1044480 /dev/zero >${disk}/filler; touch ${folder}/said
      ${process.execPath} ${NETMETER} watch --interval 20ms --out ${disk}/w 2>${folder}/said >${folder}/lines & meter=$!
      until grep -q 'cannot be written to' ${folder}/said; do sleep 0.02; done
      before=$(wc -l <${folder}/lines); until [ $(wc -l <${folder}/lines) -gt $((before + 5)) ]; do sleep 0.02; done
      until cp ${disk}/w ${folder}/full && [ -z "$(tail -c 1 ${folder}/full)" ]; do sleep 0.01; done; rm ${disk}/filler
      until grep -q 'written again' ${folder}/said; do sleep 0.02; done
      kill $meter; wait $meter; status=$?; cp ${disk}/w ${path}; exit $status`;
    const ended = await runToEnd('unshare', ['--mount', 'sh', '-c', script]);
    expect(ended, readFileSync(join(folder, 'said'), 'utf8')).toMatchObject({ status: 0, stderr: '' });
    const full = readFileSync(join(folder, 'full'), 'utf8');
    expect(full === '' || full.endsWith('\n')).toBe(true);
    const all = samples();
    expect(lineCount()).toBe(all.length);
    expect(all.at(-1)?.total.samples).toBe(all.length);
    expect(readFileSync(join(folder, 'said'), 'utf8')).toMatch(/ENOSPC|bytes were written/);
  });

  test('what could not be written at the end is said, and a failure', async () => {
    const script = `mkdir ${folder}/disk; mount -t tmpfs -o size=4k tmpfs ${folder}/disk
      head -c 4096 /dev/zero >${folder}/disk/filler; exec ${process.execPath} ${NETMETER} watch --for 0 --out ${folder}/disk/w`;
    const ended = await runToEnd('unshare', ['--mount', 'sh', '-c', script]);
    expect(ended.status).toBe(125);
    expect(ended.stderr).toContain('samples are not on the disk: 1');
  });

  test('a watch that was stopped for a while reports a gap, and no byte is missing', async () => {
    const { child, closed } = start('--quiet', '--interval', '50ms', '--out', path);
    await until('so many lines are written', () => lineCount() >= 2);
    child.kill('SIGSTOP');
    await letPass(1500);
    child.kill('SIGCONT');
    const stopped = lineCount();
    await until('so many lines are written', () => lineCount() >= stopped + 2);
    child.kill('SIGTERM');
    await closed;
    const all = samples();
    expect(all.flatMap(({ events }) => events)).toContainEqual(expect.objectContaining({ kind: 'gap' }));
    const [first, last] = [all[0], all.at(-1)];
    if (!first || !last) throw new Error('no sample');
    expect(all.reduce((sum, record) => sum + rawIn(record), 0n)).toBe(inOctets(last) - inOctets(first));
  });
});
