import { expect, test } from 'vitest';
import { planResolver } from '../../src/isolation/resolver.js';

const inside = { ipv6: true };
const upstream = 'nameserver 10.0.0.2\nnameserver 10.0.0.3\nsearch other.example\n';

test.each([
  ['a resolver elsewhere', 'nameserver 10.0.0.1\n', [], inside, { kind: 'unchanged' }],
  [
    'systemd-resolved: its upstreams, our options',
    'nameserver 127.0.0.53\noptions edns0\nsearch corp.example\n',
    [upstream],
    inside,
    { kind: 'replace', text: 'nameserver 10.0.0.2\nnameserver 10.0.0.3\noptions edns0\nsearch corp.example\n' },
  ],
  [
    'the second file, when the first names a stub too',
    'nameserver 127.0.1.1\n',
    ['nameserver 127.0.0.53\n', upstream],
    inside,
    { kind: 'replace', text: 'nameserver 10.0.0.2\nnameserver 10.0.0.3\n' },
  ],
  [
    'a stub beside a real one',
    'nameserver 127.0.0.1\nnameserver 10.0.0.1\n',
    [upstream],
    inside,
    { kind: 'replace', text: 'nameserver 10.0.0.1\n' },
  ],
  ['a stub alone', 'nameserver 127.0.0.1\n', [], inside, { kind: 'unreachable', nameservers: ['127.0.0.1'] }],
  [
    'no nameserver: the default is this host',
    'search corp.example\n',
    [],
    inside,
    { kind: 'unreachable', nameservers: ['127.0.0.1'] },
  ],
  ['link-local', 'nameserver fe80::1%eth0\n', [], inside, { kind: 'unreachable', nameservers: ['fe80::1%eth0'] }],
  [
    'IPv6 loopback',
    'nameserver ::1\n',
    [upstream],
    inside,
    { kind: 'replace', text: 'nameserver 10.0.0.2\nnameserver 10.0.0.3\n' },
  ],
  ['IPv6, with IPv6 inside', 'nameserver fd00::53\n', [], inside, { kind: 'unchanged' }],
  [
    'IPv6, without',
    'nameserver fd00::53\nnameserver 10.0.0.1\n',
    [],
    { ipv6: false },
    { kind: 'replace', text: 'nameserver 10.0.0.1\n' },
  ],
])('%s', (_, own, upstreams, reach, plan) => {
  expect(planResolver(own, () => upstreams, reach)).toEqual(plan);
});
