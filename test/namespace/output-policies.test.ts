import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { readObstacles } from '../../src/isolation/obstacles/read-obstacles.js';
import { NetworkNamespace } from '../../src/linux/namespace.js';
import { drop } from '../../src/linux/netlink/netfilter/actions.js';
import { Nftables } from '../../src/linux/netlink/netfilter/nftables.js';
import { TableCommands } from '../../src/linux/netlink/netfilter/table-commands.js';
import { describePrivileged } from '../privileged.js';

/** What is in the way on a machine where a shell has run some lines; its own switches left out. */
function reasons(lines: string, input = ''): string[] {
  using machine = NetworkNamespace.create();
  const found = machine.inside(() => {
    execFileSync('sh', ['-euc', `ip link set lo up\n${lines}`], { input, stdio: ['pipe', 'ignore', 'inherit'] });
    return readObstacles(1000).obstacles;
  });
  return found.filter(({ kind }) => kind === 'evades').map(({ reason }) => reason);
}
const withRules = (text: string, lines = '') => reasons(`nft -f -\n${lines}`, text);

describePrivileged('what a firewall does to this machine’s own packets', () => {
  describe('the namespace’s would miss it', () => {
    const OUTPUT = 'type filter hook output priority 0';
    test.each<[string, string, string]>([
      [
        'a user kept from an address',
        `table inet t { chain o { ${OUTPUT}; meta skuid 1000 ip daddr 169.254.169.254 drop; }; }`,
        'refuses',
      ],
      ['a policy of drop', `table ip t { chain o { ${OUTPUT}; policy drop; meta skuid 0 accept; }; }`, 'refuses'],
      [
        'a reject in a chain below',
        `table ip6 t { chain users { reject; }; chain o { ${OUTPUT}; goto users; }; }`,
        'refuses',
      ],
      [
        'a drop by a map',
        `table inet t { chain o { ${OUTPUT}; meta skuid vmap { 1000 : drop, 0 : accept }; }; }`,
        'refuses',
      ],
      [
        'a redirect',
        'table ip t { chain o { type nat hook output priority -100; tcp dport 80 redirect to :3128; }; }',
        'redirects',
      ],
      [
        'a new destination',
        'table ip t { chain o { type nat hook output priority -100; ip daddr 192.0.2.1 dnat to 192.0.2.2; }; }',
        'redirects',
      ],
      [
        'other ICMPv6 too',
        `table ip6 t { chain o { ${OUTPUT}; icmpv6 type { echo-request, nd-router-solicit } drop; }; }`,
        'refuses',
      ],
      [
        'one that forwarded packets meet otherwise',
        `table ip t { chain f { type filter hook forward priority 0; ip daddr { 192.0.2.1, 192.0.2.2 } drop; }
          chain o { ${OUTPUT}; ip daddr { 192.0.2.3, 192.0.2.4 } drop; }; }`,
        'refuses',
      ],
    ])('%s', (_, text, effect) => {
      expect(withRules(text)).toEqual([
        expect.stringMatching(new RegExp(`^the chain o of table \\w+ t ${effect} packets of this machine itself`)),
      ]);
    });

    test('marks, where a routing rule looks at them', () => {
      const text = `table inet t { chain o { type route hook output priority 0; meta skuid 1000 meta mark set 1; }; }`;
      expect(withRules(text)).toEqual([]);
      expect(withRules(text, 'ip rule add fwmark 1 table 7')).toEqual([expect.stringContaining('marks packets')]);
    });
  });

  describe('nothing that a namespace’s would miss', () => {
    test.each<[string, string]>([
      ['no rules', ''],
      ['a chain without rules', 'table inet t { chain o { type filter hook output priority 0; policy accept; }; }'],
      [
        'counts and logs',
        'table inet t { chain o { type filter hook output priority 0; counter; meta skuid 1000 log prefix "x"; accept; }; }',
      ],
      [
        'what stays on loopback',
        'table ip t { chain o { type filter hook output priority 0; oifname "lo" drop; oif lo drop; ip daddr 127.0.0.0/8 drop; ip daddr 127.0.0.53 drop; }; }',
      ],
      [
        'what forwarding does too',
        'table inet t { chain f { type filter hook forward priority 0; ip daddr { 192.0.2.1, 192.0.2.2 } counter reject; }; chain o { type filter hook output priority 0; ip daddr { 192.0.2.1, 192.0.2.2 } counter reject; }; }',
      ],
      [
        'other hooks',
        'table ip t { chain i { type filter hook input priority 0; drop; }; chain f { type filter hook forward priority 0; policy drop; }; }',
      ],
      ['a bridge’s', 'table bridge t { chain o { type filter hook output priority 0; drop; }; }'],
      ['runs of netmeter', 'table inet netmeter_7 { chain o { type filter hook output priority 0; drop; }; }'],
      [
        'what neighbours of a link say to each other',
        'table ip6 t { chain o { type filter hook output priority 0; icmpv6 type { mld-listener-report, mld2-listener-report, nd-router-solicit } drop; icmpv6 type nd-router-solicit drop; }; }',
      ],
      [
        'Docker’s',
        `table ip nat {
          chain DOCKER { iifname "docker0" return; iifname != "docker0" tcp dport 8080 dnat to 172.17.0.2:80; }
          chain PREROUTING { type nat hook prerouting priority dstnat; policy accept; fib daddr type local counter jump DOCKER; }
          chain OUTPUT { type nat hook output priority -100; policy accept; ip daddr != 127.0.0.0/8 fib daddr type local counter jump DOCKER; }
        }
        table ip filter {
          chain DOCKER-USER { counter return; }
          chain FORWARD { type filter hook forward priority filter; policy drop; counter jump DOCKER-USER; }
          chain OUTPUT { type filter hook output priority filter; policy accept; }
        }`,
      ],
      [
        'ufw’s',
        `table ip filter {
          chain ufw-user-output { }
          chain ufw-before-output { oifname "lo" accept; ct state related,established accept; jump ufw-user-output; }
          chain ufw-after-output { }
          chain ufw-reject-output { }
          chain ufw-track-output { ip protocol tcp ct state new accept; ip protocol udp ct state new accept; }
          chain OUTPUT { type filter hook output priority filter; policy accept; jump ufw-before-output; jump ufw-after-output; jump ufw-reject-output; jump ufw-track-output; }
        }`,
      ],
      [
        'firewalld’s',
        `table inet firewalld {
          chain filter_OUTPUT_POLICIES_pre { }
          chain filter_OUTPUT_POLICIES_post { }
          chain filter_OUTPUT { type filter hook output priority 10; policy accept;
            ct state established,related accept
            oifname "lo" accept
            ip6 daddr { ::/96, ::ffff:0.0.0.0/96, 2002::/24, 2002:a00::/24 } reject with icmpv6 type addr-unreachable
            jump filter_OUTPUT_POLICIES_pre
            jump filter_OUTPUT_POLICIES_post
          }
          chain filter_FORWARD { type filter hook forward priority 10; policy accept;
            ct state established,related accept
            ct status dnat accept
            iifname "lo" accept
            ip6 daddr { ::/96, ::ffff:0.0.0.0/96, 2002::/24, 2002:a00::/24 } reject with icmpv6 type addr-unreachable
            reject with icmpx admin-prohibited
          }
        }`,
      ],
    ])('%s', (_, text) => {
      expect(withRules(text)).toEqual([]);
    });
  });

  test('a table that belongs to another process, which may drop what is forwarded', () => {
    using machine = NetworkNamespace.create();
    using nftables = machine.inside(() => Nftables.open());
    const table = new TableCommands({ family: 'inet', table: 'firewalld' });
    nftables.commit([
      table.add({ isOwned: true }),
      table.chain('filter_FORWARD', { type: 'filter', hook: 'forward', priority: 10 }),
      table.rule('filter_FORWARD', drop),
    ]);
    const found = machine
      .inside(() => readObstacles(1000))
      .obstacles.filter(({ reason }) => reason.includes('firewalld'));
    expect(found).toMatchObject([{ kind: 'cannot', cure: expect.stringContaining('NftablesTableOwner=no') }]);
  });
});
