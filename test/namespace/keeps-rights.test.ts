import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { NETMETER, program, ROOT, runToEnd } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';
import { once } from '../wait.js';

const USER = 'netmeter-rights';
const PLANT = `python3 ${program('plant.py')}`;

describePrivileged('files that root writes for somebody else', () => {
  let uid: number;
  let secret: string;
  let hidden: string;
  let home: string;
  beforeAll(() => {
    spawnSync('useradd', ['--create-home', '--shell', '/bin/bash', USER]);
    uid = Number(spawnSync('id', ['-u', USER], { encoding: 'utf8' }).stdout);
    hidden = mkdtempSync(join(tmpdir(), 'netmeter-secret-'));
    chmodSync(hidden, 0o755);
  });
  afterAll(() => {
    rmSync(hidden, { recursive: true });
    spawnSync('userdel', ['--remove', USER]);
  });
  beforeEach(() => {
    secret = join(hidden, 'secret');
    writeFileSync(secret, 'of root', { mode: 0o600 });
    home = `/home/${USER}/out`;
    mkdirSync(home);
    chownSync(home, uid, uid);
  });
  afterEach(() => {
    rmSync(home, { recursive: true });
    // What is beside it was planted: nothing else writes there.
    const found = { files: readdirSync(hidden), content: readFileSync(secret, 'utf8'), owner: statSync(secret).uid };
    rmSync(secret);
    expect(found).toEqual({ files: ['secret'], content: 'of root', owner: 0 });
  });

  /** As sudo starts it: root, with who called in the environment. */
  const bySudo = (words: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    runToEnd(process.execPath, [NETMETER, ...words], {
      env: {
        ...process.env,
        SUDO_UID: `${uid}`,
        SUDO_GID: `${uid}`,
        SUDO_USER: USER,
        NETMETER_DIST: join(ROOT, 'dist'),
        ...env,
      },
      cwd: home,
    });
  const job = (...names: readonly string[]) => ['sh', '-c', `exec ${PLANT} job ${home} ${secret} ${names.join(' ')}`];

  test.each([
    ['--report', 'net.json'],
    ['--report', 'net.html'],
    ['--save-baseline', 'base.json'],
  ])('a job that plants links finds no way in: %s %s', async (option, name) => {
    const { status, stderr } = await bySudo(['-q', option, name, '--', ...job(name)]);
    expect(status, stderr).toBe(0);
    expect(lstatSync(join(home, name))).toMatchObject({ uid, gid: uid });
    expect(lstatSync(join(home, name)).isFile()).toBe(true);
    expect(readdirSync(home).filter((file) => file.startsWith('.netmeter'))).toEqual([]);
  });

  test('neither does one that leads the folder elsewhere', async () => {
    mkdirSync(join(home, 'sub'));
    chownSync(join(home, 'sub'), uid, uid);
    const line = `mv ${home}/sub ${home}/moved; ln -s ${hidden} ${home}/sub`;
    const { status, stderr } = await bySudo(['-q', '--report', 'sub/net.json', '--', 'sh', '-c', line]);
    expect(status, stderr).toBe(0);
    expect(statSync(join(home, 'moved/net.json')).uid).toBe(uid);
  });

  test('a link to a file of root’s is not written through', async () => {
    symlinkSync(secret, join(home, 'net.json'));
    const { status, stderr } = await bySudo(['-q', '--report', 'net.json', '--', 'true']);
    expect(status).toBe(125);
    expect(stderr).toContain('the report net.json cannot be written: permission denied');
  });

  test('nor is GitHub’s file, when it was made a link', async () => {
    for (const name of ['summary', 'output']) symlinkSync(secret, join(home, name));
    const { status, stderr } = await bySudo(['-q', '--ci', 'github', '--', 'true'], {
      GITHUB_STEP_SUMMARY: join(home, 'summary'),
      GITHUB_OUTPUT: join(home, 'output'),
    });
    expect(status).toBe(0);
    expect(stderr.match(/was not written: permission denied/g)).toHaveLength(2);
  });

  test('nor made one by the job', async () => {
    const env = { GITHUB_STEP_SUMMARY: join(home, 'summary'), GITHUB_OUTPUT: join(home, 'output') };
    const { status } = await bySudo(['-q', '--ci', 'github', '--', ...job('summary', 'output')], env);
    expect(status).toBe(0);
  });

  test('nor by watch --out and budget suggest --out', async () => {
    symlinkSync(secret, join(home, 'w.ndjson'));
    symlinkSync(join(hidden, 'new.ndjson'), join(home, 'new.ndjson'));
    for (const name of ['w.ndjson', 'new.ndjson']) {
      const watched = await bySudo(['watch', '--for', '0', '-q', '--out', name]);
      expect(watched).toMatchObject({ status: 125, stderr: expect.stringContaining('permission denied') });
    }
    await bySudo(['-q', '--report', 'net.json', '--', 'true']);
    symlinkSync(join(hidden, 'new.config.json'), join(home, 'netmeter.config.json'));
    const suggested = await bySudo(['budget', 'suggest', 'net.json', '--out', 'netmeter.config.json']);
    expect(suggested).toMatchObject({ status: 125, stderr: expect.stringContaining('permission denied') });
  });

  test('what the caller may write, by a group too, is written', async () => {
    const group = `${USER}-group`;
    spawnSync('groupadd', [group]);
    spawnSync('usermod', ['--append', '--groups', group, USER]);
    try {
      const gid = Number(spawnSync('getent', ['group', group], { encoding: 'utf8' }).stdout.split(':')[2]);
      mkdirSync(join(home, 'shared'));
      chownSync(join(home, 'shared'), 0, gid);
      chmodSync(join(home, 'shared'), 0o2775);
      const { status, stderr } = await bySudo(['-q', '--report', 'shared/net.json', '--', 'true']);
      expect(status, stderr).toBe(0);
      expect(statSync(join(home, 'shared/net.json'))).toMatchObject({ uid, gid });
    } finally {
      spawnSync('groupdel', [group]);
    }
  });

  test('a file that only root may write is not', async () => {
    const { status, stderr } = await bySudo(['-q', '--report', join(hidden, 'net.json'), '--', 'true']);
    expect(status).toBe(125);
    expect(stderr).toContain('permission denied');
  });

  describe('by root itself', () => {
    const byRoot = (words: readonly string[]) =>
      runToEnd(process.execPath, [NETMETER, ...words], {
        env: { ...process.env, NETMETER_DIST: join(ROOT, 'dist') },
        cwd: home,
      });

    test('into the folder of --user’s account, with that account’s rights', async () => {
      const { status, stderr } = await byRoot(['-q', '--user', USER, '--report', 'net.json', '--', ...job('net.json')]);
      expect(status, stderr).toBe(0);
      expect(statSync(join(home, 'net.json')).uid).toBe(uid);
    });

    test('through a link of that account’s, which root did not make', async () => {
      mkdirSync(join(hidden, 'deep'));
      symlinkSync(join(hidden, 'deep'), join(home, 'sub'));
      spawnSync('chown', ['-h', `${uid}:${uid}`, join(home, 'sub')]);
      try {
        const { status, stderr } = await byRoot(['-q', '--user', USER, '--report', 'sub/net.json', '--', 'true']);
        expect(status).toBe(125);
        expect(stderr).toContain('permission denied');
        expect(readdirSync(join(hidden, 'deep'))).toEqual([]);
      } finally {
        rmSync(join(hidden, 'deep'), { recursive: true });
      }
    });

    test('not to a descriptor of root’s that a link of that account’s names', async () => {
      symlinkSync('/proc/self/fd/9', join(home, 'net.json'));
      spawnSync('chown', ['-h', `${uid}:${uid}`, join(home, 'net.json')]);
      const line = `exec '${process.execPath}' '${NETMETER}' -q --report net.json -- true 9>>'${secret}'`;
      const { status, stderr } = await runToEnd('sh', ['-c', line], { cwd: home });
      expect(status).toBe(125);
      expect(stderr).toContain('link leads to a descriptor');
    });

    test('into a folder of root’s, unchanged', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
      try {
        const { status, stderr } = await byRoot([
          '-q',
          '--user',
          USER,
          '--report',
          join(folder, 'net.json'),
          '--',
          'true',
        ]);
        expect(status, stderr).toBe(0);
        expect(statSync(join(folder, 'net.json')).uid).toBe(0);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  });

  describe('while somebody plants a link for every name that appears', () => {
    let racer: ChildProcess;
    beforeEach(async () => {
      racer = spawn('python3', [program('plant.py'), 'race', home, secret], {
        stdio: ['pipe', 'pipe', 'inherit'],
        uid,
        gid: uid,
        cwd: '/',
      });
      if (racer.stdout) await once(racer.stdout, 'data');
    });
    afterEach(async () => {
      const gone = once(racer, 'exit');
      racer.stdin?.end();
      await gone;
    });

    test.each(Array.from({ length: 10 }, (_, index) => index))(
      'no file of root’s is touched, run %i',
      async (index) => {
        const env = { GITHUB_STEP_SUMMARY: join(home, 'summary'), GITHUB_OUTPUT: join(home, `output${index}`) };
        await bySudo(['-q', '--ci', 'github', '--report', 'net.json', '--save-baseline', 'b.json', '--', 'true'], env);
        await bySudo(['watch', '-q', '--for', '0', '--out', 'w.ndjson']);
      },
    );
  });
});
