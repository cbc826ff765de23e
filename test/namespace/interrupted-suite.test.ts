import { execFileSync, spawn } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, test } from 'vitest';
import { ROOT } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';
import { once } from '../wait.js';

const VITEST = join(ROOT, 'node_modules/vitest/vitest.mjs');
const GROUP = process.env['NETMETER_TEST_GROUP'];

/** A suite of two files in a process group of its own, in the middle of its tests. */
class Suite {
  readonly #process;
  readonly #ended;
  /** Of its tests, and of what they have started. */
  readonly pids: string[] = [];

  static async start(): Promise<Suite> {
    const suite = new Suite();
    const lines = createInterface({ input: suite.#process.stdout });
    lines.on('line', (line) => suite.pids.push(...(/stays: (\d+) (\d+)/.exec(line)?.slice(1) ?? [])));
    while (suite.pids.length < 4) await once(lines, 'line');
    return suite;
  }

  private constructor() {
    const words = [VITEST, 'run', '--config', join(ROOT, 'fixtures/suite/vitest.config.ts')];
    this.#process = spawn(process.execPath, words, { detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
    this.#ended = once(this.#process, 'exit');
  }

  /** To all of its process group, as a terminal sends it. */
  async interrupt(signal: NodeJS.Signals): Promise<void> {
    process.kill(-(this.#process.pid ?? 0), signal);
    await this.#ended;
  }
}

const networkOf = (pid: string) => readlinkSync(`/proc/${pid}/ns/net`);
const isInOtherNetwork = (pid: string) => networkOf(pid) !== networkOf('self');

/** A link from here into the network namespace of each process, which goes when that namespace does. */
function linkInto(pids: readonly string[]): void {
  for (const pid of pids)
    execFileSync('ip', ['link', 'add', `into-${pid}`, 'type', 'veth', 'peer', 'name', 'outer', 'netns', pid]);
}

const links = () => readdirSync('/sys/class/net').filter((name) => name.startsWith('into-'));
const mounts = () => readFileSync('/proc/self/mounts', 'utf8');
const groups = () => readdirSync(GROUP ?? '', { withFileTypes: true }).filter((entry) => entry.isDirectory());
const members = () =>
  readFileSync(`${GROUP}/cgroup.procs`, 'utf8')
    .split('\n')
    .filter((pid) => pid !== '' && pid !== `${process.pid}`);

describePrivileged('a suite that is interrupted in the middle', () => {
  // Who has no control group has nothing that ends a process which hears no signal.
  describe.skipIf(!GROUP)('where there are control groups', () => {
    test.each(['SIGINT', 'SIGHUP', 'SIGTERM'] as const)('by %s leaves nothing', async (signal) => {
      const before = mounts();
      const suite = await Suite.start();
      linkInto(suite.pids.filter(isInOtherNetwork));
      expect(links()).toHaveLength(2);
      await suite.interrupt(signal);
      expect(readdirSync(tmpdir())).toEqual([]);
      expect(groups()).toEqual([]);
      expect(members()).toEqual([]);
      expect(mounts()).toBe(before);
      await expect.poll(links).toEqual([]);
    });
  });
});
