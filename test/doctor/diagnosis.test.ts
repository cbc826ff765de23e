import { expect, test } from 'vitest';
import { diagnose } from '../../src/doctor/diagnosis.js';
import { renderDiagnosis } from '../../src/doctor/render-diagnosis.js';
import type { Facts, Probe } from '../../src/isolation/facts.js';
import { painter } from '../../src/report/text/paint.js';

const yes: Probe = { works: true };
const no = (what: string): Probe => ({ works: false, reason: `no ${what}`, cure: `get ${what}` });
const about = { netmeter: '0.1.0', kernel: '6.18.0', mended: [] };
const user: Facts = {
  root: false,
  libc: yes,
  rights: no('rights'),
  vethTools: yes,
  holderTools: yes,
  sudo: no('sudo'),
  userNamespace: yes,
  tun: no('tun'),
  transport: yes,
  obstacles: [],
};
const plain = painter(false);

test.each<[string, Facts, string, string[]]>([
  ['root', { ...user, root: true, rights: yes }, 'veth', ['veth', 'offline', 'host']],
  ['a user with sudo', { ...user, sudo: yes }, 'veth', ['veth', 'offline', 'host']],
  ['a user with a tun device', { ...user, tun: yes }, 'user-mode', ['user-mode', 'offline', 'host']],
  ['a user without one', user, 'host', ['offline', 'host']],
  ['a container', { ...user, userNamespace: no('userns') }, 'host', ['host']],
])('%s: what works, and what a run would use', (_, facts, chosen, working) => {
  const diagnosis = diagnose(facts, [], about);
  expect(diagnosis.chosen).toBe(chosen);
  expect(diagnosis.isolations.filter(({ works }) => works).map(({ kind }) => kind)).toEqual(working);
});

test('each obstacle is reported with its cure', () => {
  const text = renderDiagnosis(diagnose(user, [], about), [], plain);
  for (const word of [
    '✔ user namespaces',
    '✘ /dev/net/tun: no tun',
    'cure: get tun',
    'cure: get rights',
    'A run uses host.',
  ])
    expect(text).toContain(word);
  expect(text).not.toContain('measured');
});

test('what runs that were killed had left is reported', () => {
  const mended = [
    { left: 'nm1 and what belonged to it', failures: [] },
    { left: 'nm2 and what belonged to it', failures: ['netlink: EPERM', 'x'] },
  ];
  const text = renderDiagnosis(diagnose(user, [], { ...about, mended }), [], plain);
  expect(text).toContain('had left nm1 and what belonged to it: it is given back.');
  expect(text).toContain('has left nm2 and what belonged to it, and not all could be given back: netlink: EPERM; x');
});

test('counted beside true: equal, too many, too few, unknown, failed', () => {
  const compared = (counted: number | null, truth: number) => ({ counted, truth });
  const text = renderDiagnosis(
    diagnose(user, [], about),
    [
      {
        isolation: 'veth',
        load: 'a',
        result: { kind: 'compared', in: compared(1000, 1000), out: compared(1010, 1000) },
      },
      { isolation: 'host', load: 'b', result: { kind: 'compared', in: compared(990, 1000), out: compared(null, 5) } },
      { isolation: 'host', load: 'c', result: { kind: 'failed', reason: 'no answer' } },
      {
        isolation: 'user-mode',
        load: 'd',
        result: {
          kind: 'compared',
          in: { ...compared(1020, 1000), bound: 12_345 },
          out: { ...compared(7, 8), bound: null },
        },
      },
    ],
    plain,
  );
  for (const word of [
    '20 too many (2.000 %), ±12 345 B stated',
    '1 too few (-12.500 %), no bound known',
    '0 off',
    '10 too many (1.000 %)',
    '10 too few (-1.000 %)',
    'unknown',
    'no answer',
  ])
    expect(text).toContain(word);
});

test('what the kernel offers is shown by what it serves, and what it lacks with the reason and the cure', () => {
  const facilities = [
    { name: 'veth pairs', serves: 'veth', probe: yes },
    { name: 'cgroup.kill', serves: 'ending the tree', probe: no('such file') },
  ];
  const text = renderDiagnosis(diagnose(user, facilities, about), [], plain);
  for (const line of [
    /✔ veth pairs +veth$/m,
    /✘ cgroup\.kill +ending the tree\n +no such file\n +cure: get such file$/m,
  ])
    expect(text).toMatch(line);
});

test('what keeps several from working is said once, and what only root may try is not said to be missing', () => {
  const refused: Probe = { works: false, reason: 'unshare: EPERM', cure: 'run it as root' };
  const facilities = [
    { name: 'a', serves: '', probe: refused, needsRoot: true as const },
    { name: 'b', serves: '', probe: yes },
    { name: 'c', serves: '', probe: { ...refused, reason: 'mkdir: EACCES' }, needsRoot: true as const },
    { name: 'd', serves: '', probe: no('module') },
    { name: 'e', serves: '', probe: no('module') },
  ];
  const lines = renderDiagnosis(diagnose({ ...user, sudo: user.rights }, facilities, about), [], plain)
    .split('\n')
    .map((line) => line.trim());
  const from = lines.indexOf('the kernel') + 1;
  expect(lines.slice(from, lines.indexOf('isolations'))).toEqual([
    ...[
      '– a',
      '– c',
      'for root alone to try: sudo netmeter doctor',
      '✔ b',
      '✘ d',
      '✘ e',
      'no module',
      'cure: get module',
    ],
  ]);
  // Rights and sudo have one cure.
  expect(lines.filter((line) => line === 'cure: get rights')).toHaveLength(1);
});

test('what was not measured is reported with the reason and each cure', () => {
  const result = { kind: 'skipped', reason: 'no tun', cures: ['get tun', 'be root'] } as const;
  const text = renderDiagnosis(diagnose(user, [], about), [{ isolation: 'user-mode', load: '', result }], plain);
  expect(text).toMatch(/user-mode +not measured: no tun\n +cure: get tun\n +cure: be root\n/);
});

test.each([
  [['control groups (v2)', 'BPF: cgroup_skb', 'BPF: sock_ops'], true],
  [['control groups (v2)', 'BPF: cgroup_skb'], false],
  [[], false],
])('in place is exact where the command’s own packets are counted: %j', (names, exact) => {
  const facilities = names.map((name) => ({ name, serves: '', probe: yes }));
  const { isolations } = diagnose(user, facilities, about);
  expect(isolations.find(({ kind }) => kind === 'host')?.exact).toBe(exact);
});
