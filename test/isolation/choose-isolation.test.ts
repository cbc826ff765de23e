import { describe, expect, test } from 'vitest';
import { chooseIsolation, type Facts, obstaclesTo, type Probe } from '../../src/isolation/choose-isolation.js';

const yes: Probe = { works: true };
const no = (what: string): Probe => ({ works: false, reason: `no ${what}`, cure: `get ${what}` });

const nothing: Facts = {
  root: false,
  rights: no('rights'),
  vethTools: no('tools'),
  sudo: no('sudo'),
  userNamespace: no('userns'),
  tun: no('tun'),
  carrier: no('carrier'),
};
const everything: Facts = {
  ...nothing,
  rights: yes,
  vethTools: yes,
  sudo: yes,
  userNamespace: yes,
  tun: yes,
  carrier: yes,
};
const root: Facts = { ...nothing, root: true, rights: yes, vethTools: yes };
const user: Facts = { ...everything, rights: no('rights') };

type Asked = Parameters<typeof chooseIsolation>[0];

test.each<[string, Asked, Facts, object]>([
  ['root', 'auto', root, { kind: 'veth', by: 'root' }],
  ['root, everything works', 'auto', { ...everything, root: true }, { kind: 'veth', by: 'root' }],
  ['a user with capabilities', 'auto', everything, { kind: 'veth', by: 'root' }],
  ['a user with sudo', 'auto', user, { kind: 'veth', by: 'sudo' }],
  ['a user without sudo', 'auto', { ...user, sudo: no('sudo') }, { kind: 'user-mode' }],
  ['sudo, but no nft', 'auto', { ...user, vethTools: no('tools') }, { kind: 'user-mode' }],
  ['asked for veth', 'veth', user, { kind: 'veth', by: 'sudo' }],
  ['asked for user-mode', 'user-mode', user, { kind: 'user-mode' }],
  ['asked for offline, as root', 'offline', root, { kind: 'offline', by: 'root' }],
  [
    'asked for offline, as a user',
    'offline',
    { ...nothing, userNamespace: yes },
    { kind: 'offline', by: 'user-namespace' },
  ],
])('%s', (_, asked, facts, choice) => {
  expect(chooseIsolation(asked, facts)).toEqual(choice);
});

describe('what does not work is refused with each reason and cure, and the host is only offered', () => {
  test.each<[string, Asked, Facts, string[], string[]]>([
    ['nothing works', 'auto', nothing, ['tools', 'rights', 'sudo', 'userns', 'tun', 'carrier'], []],
    [
      'only the tun device is missing',
      'auto',
      { ...user, sudo: no('sudo'), tun: no('tun') },
      ['tun'],
      ['userns', 'carrier'],
    ],
    [
      'root without rights (a container)',
      'auto',
      { ...root, rights: no('rights') },
      ['rights', 'ordinary user'],
      ['tun'],
    ],
    ['veth without tools', 'veth', { ...user, vethTools: no('tools') }, ['tools'], ['tun']],
    ['user-mode for root', 'user-mode', { ...everything, root: true }, ['not for root'], []],
    ['offline without any right', 'offline', nothing, ['rights', 'userns'], ['tun']],
  ])('%s', (_, asked, facts, said, unsaid) => {
    const refusal = (() => {
      try {
        chooseIsolation(asked, facts);
        return '';
      } catch (error) {
        return `${(error as Error).message}\n${(error as { cure: string }).cure}`;
      }
    })();
    expect(refusal).toContain('--isolation host');
    for (const word of said) expect(refusal).toContain(word);
    for (const word of unsaid) expect(refusal).not.toContain(word);
  });
});

test.each(['veth', 'user-mode', 'offline'] as const)('%s has no obstacle where it is chosen', (kind) => {
  expect(obstaclesTo(kind, everything)).toEqual([]);
  expect(obstaclesTo(kind, nothing).length).toBeGreaterThan(0);
});
