import { expect, test } from 'vitest';
import { tapLines } from '../../../src/isolation/user-mode/tap-plan.js';
import { chooseTransport } from '../../../src/isolation/user-mode/transport.js';

const plan = { mtu: 1400, ipv6: true, publish: [] };
const only =
  (...names: string[]) =>
  (name: string) =>
    names.includes(name) ? `/usr/bin/${name}` : undefined;

test('pasta first, with the uplink’s MTU, nothing of its own and no way to the host’s loopback', () => {
  const transport = chooseTransport(plan, only('pasta', 'slirp4netns'));
  expect(transport).toMatchObject({ tool: 'pasta', file: '/usr/bin/pasta', ask: [] });
  const line = transport.argumentsFor(77).join(' ');
  expect(line).toContain('--mtu 1400');
  expect(line).toContain('--address 198.18.0.2 --gateway 198.18.0.1 --address fd6e:6574:6d65::2');
  for (const off of ['--no-map-gw', '--no-ra', '--no-ndp', '--no-dhcp', '--no-dhcpv6']) expect(line).toContain(off);
  expect(line).toMatch(/--tcp-ports none --udp-ports none --tcp-ns none --udp-ns none 77$/);
  expect(line).not.toContain('--ipv4-only');
});

test('without IPv6 pasta is called so', () => {
  const transport = chooseTransport({ ...plan, ipv6: false }, only('pasta'));
  expect(transport.argumentsFor(77)).toContain('--ipv4-only');
  expect(transport.tap.families).toHaveLength(1);
});

test('ports of the host', () => {
  const publish = [
    { host: 8080, inner: 80, protocol: 'tcp' },
    { address: '::1', host: 8443, inner: 443, protocol: 'tcp' },
    { address: '127.0.0.1', host: 53, inner: 5353, protocol: 'udp' },
  ] as const;
  const line = chooseTransport({ ...plan, publish }, only('pasta'))
    .argumentsFor(77)
    .join(' ');
  expect(line).toContain('--tcp-ports 8080:80 --tcp-ports [::1]/8443:443 --udp-ports 127.0.0.1/53:5353');
  expect(() => chooseTransport({ ...plan, publish }, only('slirp4netns'))).toThrow('cannot publish ports');
});

test('slirp4netns second, with segments that fit the wire’s larger headers', () => {
  const transport = chooseTransport(plan, only('slirp4netns'));
  expect(transport).toMatchObject({ tool: 'slirp4netns', ask: ['10.0.2.2'] });
  expect(transport.argumentsFor(77)).toEqual([
    '--mtu=1388',
    '--disable-host-loopback',
    '--exit-fd=8',
    '--userns-path=/proc/77/ns/user',
    '77',
    'nm0',
  ]);
});

test('neither is an error that names the package', () => {
  expect(() => chooseTransport(plan, only())).toThrow(expect.objectContaining({ code: 'MISSING_TOOLS' }));
});

test('pasta’s tap speaks of itself to nobody', () => {
  const lines = tapLines(chooseTransport(plan, only('pasta')).tap);
  expect(lines.find((line) => line.includes('addrgenmode'))).toMatch(
    /mtu 1400 .* addrgenmode none multicast off arp off$/,
  );
  expect(lines.filter((line) => line.includes('nud permanent'))).toHaveLength(2);
  expect(lines).toContain('addr add fd6e:6574:6d65::2/112 dev nm0 nodad');
});
