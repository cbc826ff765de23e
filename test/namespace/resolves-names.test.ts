import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { NETMETER, program, runToEnd } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';
import { once } from '../wait.js';
import { Wire } from './wire.js';

const NAME = 'crawled.example';
const LOOKUP = `python3 -c 'import socket; print(socket.gethostbyname("${NAME}"))'`;

describePrivileged('names resolve inside as they do outside', () => {
  let wire: Wire;
  let server: ChildProcess;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
    wire = await Wire.lay(5);
    const words = [
      'netns',
      'exec',
      wire.namespace,
      'python3',
      program('name-server.py'),
      wire.ipv4,
      NAME,
      '203.0.113.99',
    ];
    server = spawn('ip', words, { stdio: ['ignore', 'pipe', 'inherit'] });
    if (server.stdout) await once(server.stdout, 'data');
  });
  afterAll(async () => {
    server.kill('SIGKILL');
    await wire[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  /** Runs netmeter where /etc/resolv.conf and /run are the test's own, in a mount namespace of the test's own. */
  function withFiles(own: string, files: Readonly<Record<string, string>>, command: string) {
    writeFileSync(join(folder, 'resolv.conf'), own);
    const made = Object.entries(files).map(
      ([path, text]) => `mkdir -p "$(dirname ${path})"; printf '%s' '${text}' >${path}`,
    );
    const script = `
      mount --bind ${folder}/resolv.conf "$(readlink -f /etc/resolv.conf)"
      mount -t tmpfs tmpfs /run
      ${made.join('\n')}
      cd ${folder}
      exec ${process.execPath} ${NETMETER} -- sh -c '${command.replaceAll("'", `'\\''`)}'`;
    return runToEnd('unshare', ['--mount', 'sh', '-euc', script]);
  }

  test('with a resolver that can be reached, the file is the host’s', async () => {
    const ended = await withFiles(`nameserver ${wire.ipv4}\n`, {}, `${LOOKUP}; cat /etc/resolv.conf`);
    expect(ended.stdout, ended.stderr).toBe(`203.0.113.99\nnameserver ${wire.ipv4}\n`);
  });

  test('behind a stub on the host names of its own resolve, which its upstreams do not know; search and options stay', async () => {
    const inner = 'inner.corp.example';
    const stub = spawn('python3', [program('name-server.py'), '127.0.0.112', inner, '203.0.113.97'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      if (stub.stdout) await once(stub.stdout, 'data');
      const own = 'nameserver 127.0.0.112\noptions edns0 trust-ad\nsearch example.net\n';
      const files = { '/run/systemd/resolve/resolv.conf': `nameserver ${wire.ipv4}\nsearch other.example\n` };
      const ended = await withFiles(own, files, `${LOOKUP.replace(NAME, inner)}; cat /etc/resolv.conf; pwd`);
      expect(ended.stdout, ended.stderr).toMatch(
        /^203\.0\.113\.97\nnameserver 198\.1[89]\.\d+\.\d+\noptions edns0 trust-ad\nsearch example\.net\n/,
      );
      expect(ended.stdout).toContain(`\n${folder}\n`);
    } finally {
      stub.kill('SIGKILL');
    }
  });

  test('a stub that only answers on the host is asked through a relay', async () => {
    const stub = spawn('python3', [program('name-server.py'), '127.0.0.111', NAME, '203.0.113.98'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      if (stub.stdout) await once(stub.stdout, 'data');
      const ended = await withFiles(
        'nameserver 127.0.0.111\nsearch example.net\n',
        {},
        `${LOOKUP}; cat /etc/resolv.conf`,
      );
      expect(ended.stdout, ended.stderr).toMatch(
        /^203\.0\.113\.98\nnameserver 198\.1[89]\.\d+\.\d+\nsearch example\.net\n$/,
      );
    } finally {
      stub.kill('SIGKILL');
    }
  });

  test('where a stub fails the next nameserver is asked, as on the host, and a line without an address is none', async () => {
    const own = `nameserver none\nnameserver 127.0.0.113\nnameserver ${wire.ipv4}\n`;
    const ended = await withFiles(own, {}, LOOKUP);
    expect(ended.stdout, ended.stderr).toBe('203.0.113.99\n');
  });

  test('mounts of the host are seen by the command, and its own stay inside', async () => {
    const ended = await withFiles(
      'nameserver 127.0.0.53\n',
      {},
      'mount -t tmpfs netmeter-inside /mnt && grep -c netmeter-inside /proc/self/mounts',
    );
    expect(ended.stdout).toBe('1\n');
    const outside = await runToEnd('grep', ['-c', 'netmeter-inside', '/proc/self/mounts']);
    expect(outside.stdout).toBe('0\n');
  });
});
