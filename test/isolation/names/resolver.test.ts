import { expect, test } from 'vitest';
import { planResolver } from '../../../src/isolation/names/resolver.js';

const inside = { ipv6: true };
const noIpv6 = { ipv6: false };

test.each([
  ['a resolver elsewhere', 'nameserver 10.0.0.1\n', inside, { kind: 'unchanged' }],
  [
    'systemd-resolved, which may know inner names',
    'nameserver 127.0.0.53\noptions edns0\nsearch corp.example\n',
    inside,
    { kind: 'relay', servers: ['127.0.0.53'] },
  ],
  [
    'a stub before a real one, which is asked only when the stub fails',
    'nameserver 127.0.0.1\nnameserver 10.0.0.1\n',
    inside,
    { kind: 'relay', servers: ['127.0.0.1'] },
  ],
  [
    'a stub behind a real one',
    'nameserver 10.0.0.1\nnameserver 127.0.0.1\n',
    inside,
    { kind: 'replace', text: 'nameserver 10.0.0.1\n' },
  ],
  ['a stub alone', 'nameserver 127.0.0.1\n', inside, { kind: 'relay', servers: ['127.0.0.1'] }],
  [
    'no nameserver: the default is this host',
    'search corp.example\n',
    inside,
    { kind: 'relay', servers: ['127.0.0.1'] },
  ],
  ['an empty file', '', inside, { kind: 'relay', servers: ['127.0.0.1'] }],
  ['link-local', 'nameserver fe80::1%eth0\n', inside, { kind: 'relay', servers: ['fe80::1%eth0'] }],
  [
    'link-local first',
    'nameserver fe80::1%eth0\nnameserver 169.254.169.253\nnameserver 10.0.0.1\n',
    inside,
    { kind: 'relay', servers: ['fe80::1%eth0', '169.254.169.253'] },
  ],
  ['IPv6 loopback', 'nameserver ::1\n', inside, { kind: 'relay', servers: ['::1'] }],
  ['IPv6, with IPv6 inside', 'nameserver fd00::53\n', inside, { kind: 'unchanged' }],
  [
    'IPv6, without',
    'nameserver fd00::53\nnameserver 10.0.0.1\n',
    noIpv6,
    { kind: 'replace', text: 'nameserver 10.0.0.1\n' },
  ],
  ['IPv6 alone, without', 'nameserver fd00::53\n', noIpv6, { kind: 'relay', servers: ['fd00::53'] }],
])('%s', (_, own, reach, plan) => {
  expect(planResolver(own, reach)).toEqual(plan);
});

test('domain, sortlist and options are kept, with tabs and without a last newline', () => {
  const own = 'domain lan\nsortlist 10.0.0.0/8\n  nameserver\t10.0.0.2\nnameserver ::1\noptions\tndots:2';
  const text = 'nameserver 10.0.0.2\ndomain lan\nsortlist 10.0.0.0/8\noptions\tndots:2\n';
  expect(planResolver(own, inside)).toEqual({ kind: 'replace', text });
});

test.each([
  '0.0.0.0',
  '127.255.255.254',
  '169.254.1.1',
  '::',
  '::1',
  'FE80::1',
  'febf::1%2',
  'not-an-address',
  '1.2.3',
])('%s cannot be reached from inside', (server) => {
  expect(planResolver(`nameserver ${server}\n`, inside)).toEqual({ kind: 'relay', servers: [server] });
});

test.each(['10.0.0.1', '198.51.100.7', '1.127.0.1', 'fd00::53', '2001:db8::1', 'fec0::1'])('%s can', (server) => {
  expect(planResolver(`nameserver ${server}\n`, inside)).toEqual({ kind: 'unchanged' });
});

test('a comment names no server', () => {
  const own = '# nameserver 127.0.0.1\n;nameserver 127.0.0.1\nnameserver 10.0.0.1\n';
  expect(planResolver(own, inside)).toEqual({ kind: 'unchanged' });
});
