import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmdirSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lineOf, type Noted, readNote } from '../../src/isolation/notes/note-files.js';
import { NETMETER, netmeter } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';
import { letPass, once, until } from '../wait.js';
import { guardianOf } from './guardian-of.js';
import { expectNoTraces, traces } from './leftovers.js';
import { lives, stateOf } from './process-state.js';
import { Wire } from './wire.js';

const NOTES = '/run/netmeter';
/** Of runs on this test's machine: the folder is shared with others. */
const notes = () => (existsSync(NOTES) ? readdirSync(NOTES) : []).filter((name) => isOwn(readNote(`${NOTES}/${name}`)));
const isOwn = (note: Noted | undefined) => note?.network === readlinkSync('/proc/self/ns/net');

/** A command that stays, and one that leaves a daemon in a session of its own. */
const STAYS = ['sh', '-c', 'echo $$; exec sleep 1000.5'];
const LEAVES = ['sh', '-c', 'setsid sleep 1000.5 & echo $$; exec sleep 1000.5'];

describePrivileged('netmeter and its guardian that are killed at the same instant', () => {
  const children = new Set<ChildProcess>();
  let before: string[];
  beforeEach(() => {
    before = traces();
  });
  afterEach(() => {
    for (const child of children) child.kill('SIGKILL');
    children.clear();
  });

  /** @returns the command's pid, once both are no more */
  async function killBoth(words: readonly string[]): Promise<number> {
    const child = spawn(process.execPath, [NETMETER, ...words], { stdio: ['ignore', 'pipe', 'ignore'] });
    children.add(child);
    const command = Number(String((await once(child.stdout, 'data'))[0]));
    // On a busy machine the command may have said so before netmeter, which has just started it, could do its next step.
    await until('netmeter waits for its command', () => stateOf(child.pid ?? 0) === 'S');
    const gone = once(child, 'exit');
    const both = [child.pid ?? 0, guardianOf(child)];
    // Neither sees the other's end.
    for (const pid of both) process.kill(pid, 'SIGSTOP');
    for (const pid of both) process.kill(pid, 'SIGKILL');
    await gone;
    return command;
  }

  test.each(['veth', 'host', 'offline'])('in %s the kernel ends the command', async (isolation) => {
    const command = await killBoth(['--isolation', isolation, '--', ...LEAVES]);
    await until('the command has ended', () => !lives(command));
    await netmeter(['doctor']);
    await expectNoTraces(before);
    expect(notes()).toEqual([]);
  });

  test('whoever it runs as', async () => {
    const command = await killBoth(['--user', 'nobody', '--', ...STAYS]);
    await until('the command has ended', () => !lives(command));
    await netmeter(['doctor']);
    await expectNoTraces(before);
  });

  test('a daemon that outlives its command is not ended while netmeter lives', async () => {
    // Time: by which it outlives its command.
    const daemon = ['sh', '-c', 'setsid sh -c "sleep 1; echo done" &'];
    expect(await netmeter(['-q', '--', ...daemon])).toMatchObject({ status: 0, stdout: 'done\n' });
  });

  test.each([
    ['the next run', ['--', 'true']],
    ['the next run in place', ['--in-place', '--', 'true']],
    ['doctor', ['doctor']],
  ])('%s gives back what they have changed, and ends whom the command had started', async (_, words) => {
    await using wire = await Wire.lay(41);
    const forwarding = `/proc/sys/net/ipv4/conf/${wire.device}/forwarding`;
    const lasting = traces();
    await killBoth(['--', ...LEAVES]);
    expect(readFileSync(forwarding, 'utf8')).toBe('1\n');
    const { stdout, stderr } = await netmeter(words);
    expect(`${stdout}${stderr}`).toMatch(/run that was killed had left nm\d+/);
    expect(readFileSync(forwarding, 'utf8')).toBe('0\n');
    expect(notes()).toEqual([]);
    await expectNoTraces(lasting);
  });

  test('where the tree has no control group, too', async () => {
    await killBoth(['--', ...LEAVES]);
    const [note = ''] = notes();
    const text = readFileSync(`${NOTES}/${note}`, 'utf8').trim().split('\n').at(-1) ?? '';
    const { cgroup, ...others } = JSON.parse(text);
    expect(cgroup).toEqual(expect.any(String));
    writeFileSync(`${NOTES}/${note}`, lineOf(others));
    await netmeter(['--', 'true']);
    const left = () => traces().filter((trace) => !before.includes(trace) && !trace.startsWith('netmeter-'));
    await expect.poll(left).toEqual([]);
    // Of which nobody could know.
    await until('the group has no process', () => removed(cgroup));
  });

  test('no note says nothing, whenever netmeter was killed', async () => {
    for (let ms = 30; ms < 130; ms += 4) {
      const child = spawn(process.execPath, [NETMETER, '--', 'sleep', '1000.5'], { stdio: 'ignore' });
      children.add(child);
      const gone = once(child, 'exit');
      await letPass(ms);
      process.kill(child.pid ?? 0, 'SIGSTOP');
      const [note] = readdirSync(NOTES).filter((name) => name.startsWith(`${child.pid}-`));
      if (note) expect(readFileSync(`${NOTES}/${note}`, 'utf8')).toMatch(/^(\{.*\}\n)+$/);
      child.kill('SIGKILL');
      await gone;
    }
    await expectNoTraces(before);
    expect(notes()).toEqual([]);
  });

  test('a dead note of a namespace that is no more is taken away, one of another namespace is not', async () => {
    const own = (kind: string) => readlinkSync(`/proc/self/ns/${kind}`);
    const ours = () => readdirSync(NOTES).filter((name) => /^1-(gone|there)$/.test(name));
    const note = { link: 'nm1', links: ['nm1'], keys: [], chains: [], tables: [], processes: own('pid') };
    const inside = spawn('unshare', ['--net', 'sh', '-c', 'readlink /proc/self/ns/net; exec sleep 1000'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.add(inside);
    const there = String((await once(inside.stdout, 'data'))[0]).trim();
    mkdirSync(NOTES, { recursive: true, mode: 0o700 });
    writeFileSync(`${NOTES}/1-gone`, lineOf({ ...note, network: 'net:[1]' }));
    writeFileSync(`${NOTES}/1-there`, lineOf({ ...note, network: there }));
    await netmeter(['--in-place', '--', 'true']);
    expect(ours()).toEqual(['1-there']);
    const gone = once(inside, 'exit');
    inside.kill('SIGKILL');
    await gone;
    // Somebody may still look into it.
    await expect
      .poll(async () => {
        await netmeter(['doctor']);
        return ours();
      })
      .toEqual([]);
  });

  function removed(folder: string): boolean {
    try {
      rmdirSync(folder);
      return true;
    } catch {
      return false;
    }
  }
});
