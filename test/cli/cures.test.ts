import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NETMETER, netmeter, ROOT, runToEnd } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
  writeFileSync(join(folder, 'orphan.sh'), '#!/no/such/interpreter\n');
  chmodSync(join(folder, 'orphan.sh'), 0o755);
  symlinkSync('/no/such/file.json', join(folder, 'astray.json'));
  symlinkSync('/no/such', join(folder, 'gone'));
  writeFileSync(join(folder, 'wrong.json'), '{ "max": { "in": "x" } }');
  writeFileSync(join(folder, 'file'), '');
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What is said, and then the whole of the cure. */
type Case = readonly [words: string, status: number, said: RegExp, cure: string];

const said = ([words, status, reason, cure]: Case) =>
  test(`netmeter ${words}`, async () => {
    const ended = await netmeter(words.split(' '), { cwd: folder });
    expect(ended).toMatchObject({ status, stdout: '' });
    expect(ended.stderr).toMatch(reason);
    expect(ended.stderr.split('\n').slice(1, -1).join('\n').trim()).toBe(cure);
  });

describe('a cure fits its cause', () => {
  const CASES: readonly Case[] = [
    ['--report /proc/x.json -- true', 125, /no such file/, 'Choose another folder: no files can be made in this one.'],
    [
      '--report astray.json -- true',
      125,
      /no such file/,
      'Correct the link astray.json, which leads to /no/such/file.json',
    ],
    ['--report gone/a/x.json -- true', 125, /no such file/, 'Correct the link gone, which leads to /no/such'],
    ['--report a/b/x.json -- true', 125, /no such file/, 'Make its folder before the run: mkdir -p a/b'],
    [
      '--report file/x.json -- true',
      125,
      /not a dir/,
      'A file stands where its path needs a folder: choose another path.',
    ],
    ['-- /tmp', 126, /\/tmp: is a folder/, 'Give a program that is in it.'],
    ['-- /dev/null', 126, /is no regular file/, 'Give a program.'],
    ['-- ./file', 126, /permission denied/, 'Check the file and its permissions (chmod +x).'],
    [
      '--budget foo -- true',
      125,
      /^netmeter: --budget foo: no configuration was found/,
      'Write a netmeter.config.json with that name under "budgets", or name another file: --config FILE.',
    ],
    ['--config gone.json -- true', 125, /gone\.json: no such file/, 'Check the path, and that it may be read.'],
    ['--config wrong.json -- true', 125, /max\.in: bad size 'x'/, 'Correct it there.'],
    ['attach', 125, /^netmeter: no process was given/, 'Say: netmeter attach PID, or --cgroup PATH'],
    [
      'watch --report nope',
      125,
      /^netmeter: nope cannot be read: no such file or directory$/m,
      'Check the path, and that it may be read.',
    ],
  ];
  for (const each of CASES) said(each);

  test('the way out of a configuration that was found, and never named', async () => {
    const found = join(folder, 'project');
    mkdirSync(found);
    writeFileSync(join(found, 'netmeter.config.json'), '{ "max": { "in": "x" } }');
    const { stderr } = await netmeter(['--', 'true'], { cwd: found });
    expect(stderr).toMatch(/bad size 'x'[\s\S]*\n {2}Correct it there\.\n {2}--no-config leaves it out\.\n$/);
  });
});

test('before it is built it says in one line what to do', async () => {
  const copy = join(folder, 'package');
  cpSync(join(ROOT, 'bin'), join(copy, 'bin'), { recursive: true });
  // As a build leaves it that was broken off.
  mkdirSync(join(copy, 'dist'));
  const { status, stderr } = await runToEnd(process.execPath, [join(copy, 'bin/netmeter.js'), '--', 'true']);
  expect(status).toBe(125);
  expect(stderr).toBe(`netmeter: it is not built yet: run npm install in ${copy}\n`);
});

describePrivileged('as root', () => {
  const CASES: readonly Case[] = [
    [
      '-- ./orphan.sh',
      127,
      /interpreter that it names was not found/,
      'Correct its first line (#!), or install what that names; for a binary that is the loader of its C library.',
    ],
    [
      '--netns /etc/passwd -- true',
      125,
      /^netmeter: \/etc\/passwd is not the file of a network namespace$/m,
      "See 'ip netns', or give the path of a namespace file.",
    ],
    [
      '--publish 198.51.100.7:8080:80 -- true',
      125,
      /cannot be published: this machine does not have that address/,
      "Give an address of this machine's ('ip address' lists them), or none: then all of them are meant.",
    ],
    ['attach 2', 125, /process 2 is a thread of the kernel's/, 'Give the pid of a running process.'],
  ];
  for (const each of CASES) said(each);

  test('a full disk', async () => {
    symlinkSync('/dev/full', join(folder, 'full.json'));
    const { status, stderr } = await netmeter(['-q', '--report', 'full.json', '--', 'true'], { cwd: folder });
    expect(status).toBe(125);
    expect(stderr).toMatch(/no space left on device\n {2}Make room there, or choose another file system\.\n$/);
  });

  test('an option that the chosen isolation has no use for', async () => {
    const { stderr } = await netmeter(['--isolation', 'veth', '--baseline-idle', '1s', '--', 'true']);
    expect(stderr).toContain('--baseline-idle had no effect');
    const inPlace = await netmeter(['--in-place', '--baseline-idle', '0', '--', 'true']);
    expect(inPlace.stderr).not.toContain('had no effect');
  });

  const asNobody = (words: readonly string[]) =>
    runToEnd(
      'setpriv',
      ['--reuid', '65534', '--regid', '65534', '--clear-groups', process.execPath, NETMETER, ...words],
      {
        cwd: '/',
      },
    );

  test('an account that netmeter has already needs no rights', async () => {
    const { status, stdout, stderr } = await asNobody(['--in-place', '--user', '65534:65534', '--', 'id', '-u']);
    expect({ status, stdout }, stderr).toEqual({ status: 0, stdout: '65534\n' });
  });

  test.each([
    ['watch', '--cgroup', '/', '--for', '0'],
    ['attach', '--cgroup', '/', '--for', '0'],
  ])('%s %s as a user says who can', async (...words) => {
    const { status, stderr } = await asNobody(words);
    expect(status).toBe(125);
    expect(stderr).toBe(
      'netmeter: the sockets of / cannot be counted: that needs root\n  Run it as root, or with sudo.\n',
    );
  });
});
