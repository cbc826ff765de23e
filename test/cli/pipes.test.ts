import { spawn, spawnSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NETMETER, netmeter, ROOT, runToEnd } from '../netmeter.js';
import { once, until } from '../wait.js';

const METER = `'${process.execPath}' '${NETMETER}'`;
const REPORT = join(ROOT, 'fixtures/reports/1/crawl.json');

describe('a pipe in the place of a file', () => {
  let folder: string;
  let fifo: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
    fifo = join(folder, 'fifo.json');
    spawnSync('mkfifo', [fifo]);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each([
    ['--baseline', (at: string) => ['--baseline', at, '--', 'true']],
    ['--config', (at: string) => ['--config', at, '--', 'true']],
    ['compare', (at: string) => ['compare', REPORT, at]],
    ['budget suggest', (at: string) => ['budget', 'suggest', at]],
  ])('%s: one that nobody writes to is refused, not waited for', async (_, words) => {
    const { status, stderr } = await netmeter(words(fifo));
    expect(status).toBe(125);
    expect(stderr).toContain('it is a pipe that nobody writes to');
  });

  test('one that a program writes to is read, named and from the shell', async () => {
    const named = await runToEnd('bash', ['-c', `cat ${REPORT} >${fifo} & ${METER} compare ${REPORT} ${fifo}`]);
    expect(named).toMatchObject({ status: 0, stderr: '' });
    // Time: what it reads comes late.
    const substituted = await runToEnd('bash', ['-c', `${METER} compare <(cat ${REPORT}) <(sleep 0.2; cat ${REPORT})`]);
    expect(substituted).toMatchObject({ status: 0, stderr: '', stdout: named.stdout });
  });

  test.each(['SIGTERM', 'SIGINT'] as const)('%s ends the wait for one', async (signal) => {
    const holder = spawn('bash', ['-c', `exec 3<>${fifo}; echo held; exec sleep 1000`], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(holder.stdout, 'data');
    const waiting = spawn(process.execPath, [NETMETER, '--baseline', fifo, '--', 'true'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const gone = once(waiting, 'exit');
    // Its handlers are there before it opens anything.
    await until('it waits for the pipe', () => isReading(waiting.pid ?? 0, fifo));
    waiting.kill(signal);
    expect(await gone).toEqual([signal === 'SIGTERM' ? 143 : 130, null]);
    holder.kill('SIGKILL');
  });

  test('a configuration or manifest that is only found is not waited for', async () => {
    const place = mkdtempSync(join(folder, 'found-'));
    spawnSync('mkfifo', [join(place, 'package.json')]);
    const { stderr } = await netmeter(['--', '/no/such/command'], { cwd: place });
    expect(stderr).toContain('command not found');
    spawnSync('mkfifo', [join(place, 'netmeter.config.json')]);
    // Neither where somebody holds it open, and says nothing: who may write to /tmp can lay one there.
    const writer = openSync(join(place, 'netmeter.config.json'), constants.O_RDWR | constants.O_NONBLOCK);
    try {
      const configured = await netmeter(['--', '/no/such/command'], { cwd: place });
      expect(configured).toMatchObject({ status: 125, stderr: expect.stringContaining('it is no regular file') });
    } finally {
      closeSync(writer);
    }
  });

  test('a device is refused', async () => {
    writeFileSync(join(folder, 'x'), '');
    expect((await netmeter(['--baseline', '/dev/zero', '--', 'true'])).stderr).toContain('it is no regular file');
  });
});

function isReading(pid: number, file: string): boolean {
  return spawnSync('sh', ['-c', `ls -l /proc/${pid}/fd`], { encoding: 'utf8' }).stdout.includes(file);
}
