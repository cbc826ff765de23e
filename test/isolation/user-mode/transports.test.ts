import { describe, expect, test } from 'vitest';
import { within } from '../../../src/isolation/tools/holders/within.js';
import { asAccount } from '../../../src/isolation/tools/programs/as-account.js';
import { explainRefusal } from '../../../src/isolation/user-mode/explain-refusal.js';
import { pastaArguments, pastaTap } from '../../../src/isolation/user-mode/pasta-arguments.js';
import { slirpArguments, slirpTap } from '../../../src/isolation/user-mode/slirp4netns-arguments.js';
import { tapLines } from '../../../src/isolation/user-mode/tap-plan.js';
import { chooseTransport } from '../../../src/isolation/user-mode/transport.js';

const plan = { mtu: 1400, ipv6: true, publish: [] };
const finding =
  (...tools: string[]) =>
  (name: string) =>
    tools.includes(name) ? `/usr/bin/${name}` : undefined;

describe('which program carries the packets', () => {
  test.each([
    [['pasta', 'slirp4netns'], 'pasta'],
    [['pasta'], 'pasta'],
    [['slirp4netns'], 'slirp4netns'],
  ])('%j: %s', (tools, tool) => {
    expect(chooseTransport(plan, finding(...tools)).tool).toBe(tool);
  });

  test('none, or none that can do what is asked, is reported with the package', () => {
    expect(() => chooseTransport(plan, finding())).toThrow('neither pasta nor slirp4netns');
    const publish = [{ host: 1, inner: 2, protocol: 'tcp' }] as const;
    expect(() => chooseTransport({ ...plan, publish }, finding('slirp4netns'))).toThrow('cannot publish');
  });
});

describe('pasta', () => {
  const words = (over: Partial<Parameters<typeof pastaArguments>[0]> = {}) =>
    pastaArguments({ tap: pastaTap(1400, true), pid: 7, publish: [], ...over }).join(' ');

  test('the MTU is pinned, and what it would do by itself is off', () => {
    for (const part of [
      '--mtu 1400',
      '--no-map-gw',
      '--no-dhcp',
      '--tcp-ports none',
      '--udp-ports none',
      '--tcp-ns none',
    ])
      expect(words()).toContain(part);
    expect(words()).toMatch(/ 7$/);
  });

  test('without IPv6 it is called so', () => {
    expect(words()).not.toContain('--ipv4-only');
    expect(words({ tap: pastaTap(1400, false) })).toContain('--ipv4-only');
  });

  test('published ports', () => {
    const publish = [
      { host: 8080, inner: 80, protocol: 'tcp' },
      { address: '127.0.0.1', host: 53, inner: 5353, protocol: 'udp' },
      { address: '::1', host: 81, inner: 81, protocol: 'tcp' },
    ] as const;
    expect(words({ publish })).toContain('--tcp-ports 8080:80 --tcp-ports [::1]/81:81 --udp-ports 127.0.0.1/53:5353');
  });
});

test('slirp4netns: an MTU that leaves room for the wire’s timestamps, no way to the host’s loopback', () => {
  expect(slirpArguments(slirpTap(1500), 7)).toEqual([
    '--mtu=1488',
    '--disable-host-loopback',
    '--exit-fd=8',
    '--userns-path=/proc/7/ns/user',
    '7',
    'nm0',
  ]);
});

test('the tap is silent, and its neighbours are written down', () => {
  const lines = tapLines(pastaTap(1400, true));
  expect(lines.find((line) => line.includes('mtu 1400'))).toContain('addrgenmode none multicast off arp off');
  expect(lines.filter((line) => line.startsWith('neigh add') && line.endsWith('permanent'))).toHaveLength(2);
  expect(lines.filter((line) => line.startsWith('route add'))).toEqual([
    'route add default via 198.18.0.1 dev nm0',
    'route add ::/0 via fd6e:6574:6d65::1 dev nm0',
  ]);
});

describe('why a user’s namespace was refused', () => {
  const files: Readonly<Record<string, string>> = { '/proc/sys/kernel/apparmor_restrict_unprivileged_userns': '1\n' };
  test.each([
    ['open: Permission denied', 'chmod 666 /dev/net/tun', {}],
    ['unshare: unshare failed: Operation not permitted', 'apparmor_restrict_unprivileged_userns=0', files],
    ['unshare: unshare failed: Operation not permitted', 'seccomp=unconfined', {}],
    [
      'unshare failed: No space left on device',
      'user.max_user_namespaces=10000',
      { '/proc/sys/user/max_user_namespaces': '0\n' },
    ],
  ] as const)('%s: %s', (said, cure, present: Readonly<Record<string, string>>) => {
    expect(explainRefusal(said, (file) => present[file]).cure).toContain(cure);
  });
});

test('an account is entered first, and without its rights the command is looked for', () => {
  expect(asAccount('/setpriv', undefined)).toEqual(['/setpriv', '--pdeathsig', 'KILL', '--']);
  expect(asAccount('/setpriv', { uid: 7, gid: 8, groups: [8, 9] })).toEqual([
    '/setpriv',
    '--reuid=7',
    '--regid=8',
    '--groups=8,9',
    '--',
    '/setpriv',
    '--pdeathsig',
    'KILL',
    '--',
  ]);
});

test('a step that takes too long ends', async () => {
  expect(await within(1000, Promise.resolve(3), () => new Error('late'))).toBe(3);
  await expect(within(1, new Promise(() => {}), () => new Error('late'))).rejects.toThrow('late');
});
