import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { NETMETER, ROOT, runToEnd } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';

const METER = `'${process.execPath}' '${NETMETER}'`;
const REPORT = join(ROOT, 'fixtures/reports/1/crawl.json');

/** Status 125, what is the matter, and a cure: no fault of netmeter's own. */
async function expectReason(ended: ReturnType<typeof runToEnd>, reason: RegExp): Promise<void> {
  const { status, stderr } = await ended;
  expect(stderr).toMatch(reason);
  expect(stderr).toMatch(/^netmeter: .+\n {2}/);
  expect(stderr).not.toMatch(/unexpected error|\n {4}at /);
  expect(status).toBe(125);
}

describePrivileged('on a machine that lacks something a run ends with the reason', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const changed = (change: string, line: string) =>
    runToEnd('unshare', ['--mount', 'sh', '-c', `${change} && exec ${line}`]);

  test.each([20, 30, 40])('%i open files', async (limit) => {
    for (const words of ['--by process -- true', '--isolation host -- true'])
      await expectReason(
        runToEnd('bash', ['-c', `ulimit -n ${limit}; exec ${METER} -q ${words}`]),
        /files may be open at once[\s\S]*ulimit -n/,
      );
  });

  test('one more than netmeter itself needs, and not enough to start the command', async () => {
    // Between the two, whatever is the first that cannot be opened.
    for (const limit of [64, 72, 80])
      for (const words of ['--by process -- true', '--by process --by remote --publish 8099:80 -- true']) {
        const { status, stderr } = await runToEnd('bash', ['-c', `ulimit -n ${limit}; exec ${METER} -q ${words}`]);
        if (status !== 0) expect(stderr).toMatch(/EMFILE[\s\S]*ulimit -n/);
      }
  });

  test.each([
    ['a run', `${METER} -- true`],
    ['a run in host', `${METER} --isolation host -- true`],
    ['watch', `${METER} watch --for 0`],
    ['compare', `${METER} compare ${REPORT} ${REPORT}`],
  ])('no /proc: %s', async (_, line) => {
    await expectReason(changed('mount -t tmpfs none /proc', line), /\/proc/);
  });

  test.each(['veth', 'host', 'offline'])('an empty /dev: %s', async (isolation) => {
    await expectReason(
      changed('mount -t tmpfs none /dev', `${METER} --isolation ${isolation} -- true`),
      /no \/dev\/null\n {2}.*mount -t devtmpfs/,
    );
  });

  test('no /proc: doctor says so', async () => {
    // A note of another run, which may be there at any time.
    const noted = `mkdir -p /run/netmeter && mount -t tmpfs none /run/netmeter && echo '{"network":"net:[1]"}' >/run/netmeter/1`;
    const { stdout, stderr } = await changed(`${noted} && mount -t tmpfs none /proc`, `${METER} doctor`);
    expect(stderr).toBe('');
    expect(stdout).toContain('/proc is not mounted');
  });

  test.each([
    [
      'a /proc/sys that is read-only',
      'mount --bind /proc/sys /proc/sys && mount -o remount,ro,bind /proc/sys',
      /read-only/,
    ],
  ])('%s', async (_, change, reason) => {
    await expectReason(changed(change, `${METER} -q --isolation veth -- true`), reason);
  });

  test('an empty /sys is no obstacle: the kernel is asked for its devices', async () => {
    const { status, stderr } = await changed('mount -t tmpfs none /sys', `${METER} -q --isolation veth -- true`);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  test.each(['nft', 'ip', 'unshare'])('a broken %s', async (tool) => {
    const broken = join(folder, tool);
    writeFileSync(broken, `#!/bin/sh\necho ${tool} is broken >&2\nexit 3\n`, { mode: 0o755 });
    const change = `mount --bind ${broken} "$(readlink -f "$(command -v ${tool})")"`;
    const ended = changed(change, `${METER} -q --isolation veth -- true`);
    const { status, stderr } = await ended;
    // What is done without the tool is no failure.
    if (status !== 0) await expectReason(ended, /could not be|broken|ended/);
    expect(stderr).not.toContain('unexpected');
  });
});
