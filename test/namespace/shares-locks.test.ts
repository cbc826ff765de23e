import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { NETMETER, netmeter } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';
import { once } from '../wait.js';

/** A machine of its own that forwards nothing, with an uplink that leads nowhere. */
const NOWHERE = `ip link set lo up; ip link add up0 type veth peer up1; ip link set up0 up; ip link set up1 up
  ip addr add 203.0.113.1/30 dev up0; ip neigh add 203.0.113.2 lladdr 02:00:00:00:00:01 dev up0
  ip route add default via 203.0.113.2`;
const NOBODY = 'setpriv --reuid 65534 --regid 65534 --clear-groups';

describePrivileged('a lock that every user could take is none', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('whoever locks the switch of forwarding holds up no run', async () => {
    const locks = `${NOBODY} flock /proc/sys/net/ipv4/ip_forward sh -c 'echo locked; exec sleep 1000' | { read -r _; echo locked; cat; } &`;
    const script = `${NOWHERE}; ${locks} read -r go; exec "$@"`;
    const words = [
      process.execPath,
      NETMETER,
      '-q',
      '--isolation',
      'veth',
      '--',
      'cat',
      '/proc/sys/net/ipv4/conf/all/forwarding',
    ];
    const job = spawn(
      'unshare',
      ['--net', '--pid', '--fork', '--kill-child', '--mount-proc', 'sh', '-euc', script, 'sh', ...words],
      {
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    );
    await once(job.stdout, 'data');
    const gone = once(job, 'exit');
    job.stdin.end('go\n');
    expect(await gone).toEqual([0, null]);
  });

  test('whoever binds what netmeter watch once locked by, or only reads its file, keeps nobody from it', async () => {
    const path = join(folder, 'w.ndjson');
    await netmeter(['watch', '-q', '--for', '0', '--out', path]);
    const script = `
import fcntl, os, socket, sys
s = os.stat(sys.argv[1])
name = socket.socket(socket.AF_UNIX)
name.bind('\\0netmeter-watch/%d:%d' % (s.st_dev, s.st_ino))
fd = os.open(sys.argv[1], os.O_RDONLY)
fcntl.flock(fd, fcntl.LOCK_EX)
print('locked', flush=True)
sys.stdin.read()`;
    const locker = spawn('python3', ['-c', script, path], { stdio: ['pipe', 'pipe', 'inherit'] });
    await once(locker.stdout, 'data');
    const ended = await netmeter(['watch', '-q', '--for', '0', '--out', path]);
    locker.stdin.end();
    expect(ended).toMatchObject({ status: 0, stderr: '' });
  });
});
