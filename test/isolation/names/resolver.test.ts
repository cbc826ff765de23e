import { expect, test } from 'vitest';
import { nameservers, planResolver } from '../../../src/isolation/names/resolver.js';

const inside = { ipv6: true };
const noIpv6 = { ipv6: false };

test.each([
  ['a resolver elsewhere', 'nameserver 10.0.0.1\n', inside, { kind: 'unchanged' }],
  [
    'systemd-resolved, which may know inner names',
    'nameserver 127.0.0.53\noptions edns0\nsearch corp.example\n',
    inside,
    { kind: 'relay', servers: ['127.0.0.53'], others: [] },
  ],
  [
    'a stub before a real one, which is asked only when the stub fails',
    'nameserver 127.0.0.1\nnameserver 10.0.0.1\n',
    inside,
    { kind: 'relay', servers: ['127.0.0.1'], others: ['10.0.0.1'] },
  ],
  [
    'a stub behind a real one',
    'nameserver 10.0.0.1\nnameserver 127.0.0.1\n',
    inside,
    { kind: 'replace', text: 'nameserver 10.0.0.1\n' },
  ],
  ['a stub alone', 'nameserver 127.0.0.1\n', inside, { kind: 'relay', servers: ['127.0.0.1'], others: [] }],
  [
    'no nameserver: the default is this host',
    'search corp.example\n',
    inside,
    { kind: 'relay', servers: ['127.0.0.1'], others: [] },
  ],
  ['an empty file', '', inside, { kind: 'relay', servers: ['127.0.0.1'], others: [] }],
  ['link-local', 'nameserver fe80::1%eth0\n', inside, { kind: 'relay', servers: ['fe80::1%eth0'], others: [] }],
  [
    'link-local first',
    'nameserver fe80::1%eth0\nnameserver 169.254.169.253\nnameserver 10.0.0.1\n',
    inside,
    { kind: 'relay', servers: ['fe80::1%eth0', '169.254.169.253'], others: ['10.0.0.1'] },
  ],
  ['IPv6 loopback', 'nameserver ::1\n', inside, { kind: 'relay', servers: ['::1'], others: [] }],
  ['IPv6, with IPv6 inside', 'nameserver fd00::53\n', inside, { kind: 'unchanged' }],
  [
    'IPv6, without',
    'nameserver fd00::53\nnameserver 10.0.0.1\n',
    noIpv6,
    { kind: 'replace', text: 'nameserver 10.0.0.1\n' },
  ],
  ['IPv6 alone, without', 'nameserver fd00::53\n', noIpv6, { kind: 'relay', servers: ['fd00::53'], others: [] }],
])('%s', (_, own, reach, plan) => {
  expect(planResolver(own, reach)).toEqual(plan);
});

test('domain, sortlist and options are kept, with tabs and without a last newline', () => {
  const own = 'domain lan\nsortlist 10.0.0.0/8\n  nameserver\t10.0.0.2\nnameserver ::1\noptions\tndots:2';
  const text = 'nameserver 10.0.0.2\ndomain lan\nsortlist 10.0.0.0/8\noptions\tndots:2\n';
  expect(planResolver(own, inside)).toEqual({ kind: 'replace', text });
});

test.each(['0.0.0.0', '127.255.255.254', '169.254.1.1', '::', '::1', 'fe80::1', 'febf::1%2'])(
  '%s cannot be reached from inside',
  (server) => {
    expect(planResolver(`nameserver ${server}\n`, inside)).toEqual({ kind: 'relay', servers: [server], others: [] });
  },
);

test.each(['10.0.0.1', '198.51.100.7', '1.127.0.1', 'fd00::53', '2001:db8::1', 'fec0::1'])('%s can', (server) => {
  expect(planResolver(`nameserver ${server}\n`, inside)).toEqual({ kind: 'unchanged' });
});

test.each([
  ['what is no address', 'not-an-address'],
  ['what is beyond an octet', '1.2.3.256'],
  ['a comment', '#10.0.0.9'],
  ['a port', '10.0.0.9#53'],
])('%s is passed over, as the C library does', (_, text) => {
  expect(planResolver(`nameserver ${text}\nnameserver 10.0.0.1\n`, inside)).toEqual({ kind: 'unchanged' });
  expect(nameservers(`nameserver ${text}\nnameserver 10.0.0.1\n`)).toEqual(['10.0.0.1']);
});

test.each([
  ['127.1', '127.0.0.1'],
  ['::ffff:127.0.0.1', '127.0.0.1'],
  ['10.0.0.1 # home', '10.0.0.1'],
  ['2001:DB8::0001', '2001:db8::1'],
])('%s is %s', (text, address) => {
  expect(nameservers(`nameserver ${text}\n`)).toEqual([address]);
});

test('a comment names no server', () => {
  const own = '# nameserver 127.0.0.1\n;nameserver 127.0.0.1\nnameserver 10.0.0.1\n';
  expect(planResolver(own, inside)).toEqual({ kind: 'unchanged' });
});
