import { describe, expect, test } from 'vitest';
import { canIsolate, chooseIsolation, type Needs, type Wish } from '../../src/isolation/choose-isolation.js';
import { type Facts, type Probe, UNTRIED } from '../../src/isolation/facts.js';
import { obstaclesTo } from '../../src/isolation/obstacles-to.js';

const yes: Probe = { works: true };
const no = (what: string): Probe => ({ works: false, reason: `no ${what}`, cure: `get ${what}` });

const nothing: Facts = {
  root: false,
  libc: yes,
  rights: no('rights'),
  vethTools: no('tools'),
  holderTools: yes,
  sudo: no('sudo'),
  userNamespace: no('userns'),
  tun: no('tun'),
  transport: no('transport'),
  obstacles: [],
};
const everything: Facts = {
  ...nothing,
  rights: yes,
  vethTools: yes,
  holderTools: yes,
  sudo: yes,
  userNamespace: yes,
  tun: yes,
  transport: yes,
};
const root: Facts = { ...nothing, root: true, rights: yes, vethTools: yes, holderTools: yes };
const user: Facts = { ...everything, rights: no('rights') };

type Asked = Wish['asked'];

const NAMES: Needs = { options: ['--allow'], inPlace: false, userMode: false };
const ENFORCE: Needs = { options: ['--enforce'], inPlace: true, userMode: false, instead: 'another way' };
const PUBLISH: Needs = { options: ['--publish'], inPlace: false, userMode: true };

const cannot = { kind: 'cannot', reason: 'no forwarding', cure: 'forward' } as const;
const evades = { kind: 'evades', reason: 'a rule for users', cure: 'in place' } as const;
const blocked: Facts = { ...root, obstacles: [cannot, evades] };
const lacking: Facts = { ...root, obstacles: [{ kind: 'lacks', reason: 'no IPv6', cure: 'forward' }] };
const evading: Facts = { ...root, obstacles: [evades] };

test.each<[string, Asked, Facts, object]>([
  ['root', 'auto', root, { kind: 'veth', by: 'root' }],
  ['root, everything works', 'auto', { ...everything, root: true }, { kind: 'veth', by: 'root' }],
  ['a user with capabilities', 'auto', everything, { kind: 'veth', by: 'root' }],
  ['a user with sudo', 'auto', user, { kind: 'veth', by: 'sudo' }],
  ['a user without sudo', 'auto', { ...user, sudo: no('sudo') }, { kind: 'user-mode' }],
  ['sudo, but no nft', 'auto', { ...user, vethTools: no('tools') }, { kind: 'user-mode' }],
  [
    'sudo does not work, nor user-mode without its programs',
    'auto',
    { ...user, sudo: no('sudo'), holderTools: no('programs') },
    { kind: 'host', because: ['no rights', 'no sudo', 'no programs'] },
  ],
  [
    'root without the rights, for whom nothing else was tried',
    'auto',
    { ...root, rights: no('rights'), sudo: UNTRIED },
    { kind: 'host', because: ['no rights'] },
  ],
  ['asked for veth', 'veth', user, { kind: 'veth', by: 'sudo' }],
  ['a namespace would lead nowhere', 'auto', blocked, { kind: 'host', because: ['no forwarding', 'a rule for users'] }],
  ['its packets would evade a rule', 'auto', evading, { kind: 'host', because: ['a rule for users'] }],
  ['a namespace would lack IPv6', 'auto', lacking, { kind: 'host', because: ['no IPv6'] }],
  ['it would, and veth is asked for', 'veth', lacking, { kind: 'veth', by: 'root' }],
  ['they would, and veth is asked for', 'veth', evading, { kind: 'veth', by: 'root', evades: ['a rule for users'] }],
  [
    'root without rights (a container)',
    'auto',
    { ...root, rights: no('rights') },
    { kind: 'host', because: ['no rights', 'no sudo'] },
  ],
  [
    'nor koffi, nor anything else',
    'auto',
    { ...root, rights: no('rights'), libc: no('libc') },
    { kind: 'host', because: ['no libc', 'no rights', 'no sudo'] },
  ],
  [
    'a user without koffi and a tun device, of which one is said once',
    'auto',
    { ...nothing, libc: no('tun') },
    { kind: 'host', because: ['no tun', 'no tools', 'no rights', 'no sudo', 'no userns', 'no transport'] },
  ],
  [
    'a user without anything',
    'auto',
    nothing,
    { kind: 'host', because: ['no tools', 'no rights', 'no sudo', 'no userns', 'no tun', 'no transport'] },
  ],
  [
    'a user whose namespaces lack a transport',
    'auto',
    { ...user, sudo: no('sudo'), tun: no('tun') },
    { kind: 'host', because: ['no rights', 'no sudo', 'no tun'] },
  ],
  ['asked for user-mode', 'user-mode', user, { kind: 'user-mode' }],
  ['asked for offline, as root', 'offline', root, { kind: 'offline', by: 'root' }],
  [
    'asked for offline, as root without a program',
    'offline',
    { ...root, vethTools: no('sh'), holderTools: no('programs') },
    { kind: 'offline', by: 'root' },
  ],
  [
    'asked for offline, as a user',
    'offline',
    { ...nothing, userNamespace: yes },
    { kind: 'offline', by: 'user-namespace' },
  ],
])('%s', (_, asked, facts, choice) => {
  expect(chooseIsolation({ asked }, facts)).toEqual(choice);
});

test.each<[string, Facts, object]>([
  ['root', root, { kind: 'veth', by: 'root' }],
  ['where its packets evade a rule', evading, { kind: 'veth', by: 'root', evades: ['a rule for users'] }],
])('what only a namespace can do has one: %s', (_, facts, choice) => {
  expect(chooseIsolation({ asked: 'auto', needs: NAMES }, facts)).toEqual(choice);
});

describe('what does not work is refused with each reason and cure, and in place is only offered', () => {
  test.each<[string, Asked, Facts, string[], string[]]>([
    ['veth that would lead nowhere', 'veth', blocked, ['no forwarding', 'forward'], ['tun']],
    [
      'a namespace that lacks koffi alone',
      'auto',
      { ...root, libc: no('libc') },
      ['no libc', 'get libc'],
      ['tun', 'root'],
    ],
    [
      'a transport that lacks koffi alone',
      'auto',
      { ...user, sudo: no('sudo'), libc: no('libc') },
      ['get libc'],
      ['tun'],
    ],
    ['veth without koffi', 'veth', { ...root, libc: no('libc') }, ['get libc'], ['tun']],
    ['veth without tools', 'veth', { ...user, vethTools: no('tools') }, ['tools'], ['tun']],
    ['user-mode for root', 'user-mode', { ...everything, root: true }, ['not for root'], []],
    ['offline without any right', 'offline', nothing, ['rights', 'userns'], ['tun']],
    ['offline without its programs', 'offline', { ...user, holderTools: no('programs') }, ['get programs'], ['tun']],
    ['offline without koffi', 'offline', { ...root, libc: no('libc') }, ['get libc'], ['tun']],
  ])('%s', (_, asked, facts, said, unsaid) => {
    const refusal = (() => {
      try {
        chooseIsolation({ asked }, facts);
        return '';
      } catch (error) {
        return `${(error as Error).message}\n${(error as { cure: string }).cure}`;
      }
    })();
    expect(refusal.includes('--in-place')).toBe(asked !== 'offline');
    for (const word of said) expect(refusal.toLowerCase()).toContain(word.toLowerCase());
    for (const word of unsaid) expect(refusal).not.toContain(word);
  });
});

test.each(['veth', 'user-mode', 'offline'] as const)('%s has no obstacle where it is chosen', (kind) => {
  expect(obstaclesTo(kind, everything)).toEqual([]);
  expect([canIsolate(kind, everything), canIsolate(kind, nothing)]).toEqual([true, false]);
  expect(obstaclesTo(kind, nothing).length).toBeGreaterThan(0);
});

test('what its packets evade keeps no veth from being had, what cannot be does', () => {
  expect([canIsolate('veth', evading), canIsolate('veth', blocked)]).toEqual([true, false]);
});

test('what only a namespace can do is refused where none can be had', () => {
  expect(() => chooseIsolation({ asked: 'auto', needs: NAMES }, blocked)).toThrow('no forwarding');
});

function refusalOf(wish: Wish, facts: Facts): { message: string; cure: string } {
  try {
    chooseIsolation(wish, facts);
  } catch (error) {
    return error as { message: string; cure: string };
  }
  throw new Error('it was not refused');
}

describe('what was asked for and needs a place that cannot be had', () => {
  const poor = { ...user, sudo: no('sudo'), tun: no('tun') };

  test('is named, with what helps it and nothing that does not', () => {
    expect(refusalOf({ asked: 'auto', needs: ENFORCE }, poor)).toMatchObject({
      message: '--enforce: not available here:\n  veth: no rights\n  veth: no sudo',
      cure: 'Get rights\n  Get sudo\n  Or another way',
    });
    expect(refusalOf({ asked: 'auto', needs: NAMES }, poor)).toMatchObject({
      message: '--allow: not available here:\n  veth: no rights\n  veth: no sudo',
      cure: 'Get rights\n  Get sudo',
    });
    expect(refusalOf({ asked: 'auto', needs: PUBLISH }, poor).cure).toBe('Get rights\n  Get sudo\n  Get tun');
  });

  test('is not refused where it can be had', () => {
    expect(chooseIsolation({ asked: 'auto', needs: PUBLISH }, { ...poor, tun: yes })).toEqual({ kind: 'user-mode' });
    expect(chooseIsolation({ asked: 'auto', needs: ENFORCE }, user)).toEqual({ kind: 'veth', by: 'sudo' });
    expect(chooseIsolation({ asked: 'auto', needs: ENFORCE }, blocked)).toMatchObject({ kind: 'host' });
  });

  test('one cure is said once', () => {
    const same: Probe = { works: false, reason: 'no', cure: 'Run it as root.' };
    expect(refusalOf({ asked: 'veth' }, { ...poor, rights: same, sudo: same }).cure).toBe(
      'Run it as root.\n  Or measure in place, which needs nothing: --in-place',
    );
  });
});
