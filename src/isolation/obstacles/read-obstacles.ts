import { accessSync, constants } from 'node:fs';
import { isErrno } from '../../linux/linux-error.js';
import { type ListedChain, Nftables } from '../../linux/netlink/netfilter/nftables.js';
import { listPolicyRules } from '../../linux/netlink/route/policy-rules.js';
import { NETLINK_ROUTE, NetlinkSocket } from '../../linux/netlink/socket.js';
import { askUplink, carriesIpv6, type Uplink } from '../machine/read-uplink.js';
import type { Firewall } from '../tools/firewall/firewall.js';
import { legacyTables } from '../tools/firewall/legacy-firewall.js';
import { readText } from '../tools/read-text.js';
import { canForwardIpv6, planForwarding } from '../veth/forwarding.js';
import { domainObstacles } from './domain-obstacles.js';
import { legacyObstacles } from './legacy-obstacles.js';
import type { Obstacle } from './obstacle.js';
import { outputObstacles } from './output-obstacles.js';
import { ownerObstacles } from './owner-obstacles.js';
import { ruleObstacles } from './rule-obstacles.js';
import { type Switches, switchObstacles } from './switch-obstacles.js';
import { trackingObstacles } from './tracking-obstacles.js';

/** What was found on this machine, which a namespace will need too. */
export type Surroundings = { readonly obstacles: readonly Obstacle[]; readonly uplink: Uplink };

/**
 * Asks this machine what keeps a namespace from being what it is itself for a command of this user. Nothing is changed.
 * @throws {LinuxError} where the kernel cannot be asked; {NoLibcError}
 */
export function readObstacles(uid: number): Surroundings {
  using socket = NetlinkSocket.open(NETLINK_ROUTE);
  const rules = listPolicyRules(socket);
  const uplink = askUplink(socket);
  const marksMatter = rules.some(({ mark }) => mark !== undefined);
  const obstacles = [
    ...switchObstacles(readSwitches(uplink)),
    ...ruleObstacles(rules, uid),
    ...domainObstacles(readText('/proc/self/cgroup') ?? ''),
    ...legacyObstacles(legacyTables(), marksMatter),
    ...readFilters(marksMatter),
  ];
  return { obstacles, uplink };
}

function readFilters(marksMatter: boolean): Obstacle[] {
  using nftables = Nftables.open();
  const chains = listedChains(nftables);
  const firewall: Firewall = {
    chains,
    rules: (table) => nftables.rules(table),
    elements: (table, set) => nftables.elements(table, set),
  };
  if (chains.length === 0) return [];
  return [
    ...ownerObstacles(nftables, firewall),
    ...outputObstacles(firewall, marksMatter),
    ...trackingObstacles(firewall),
  ];
}

/** None where the kernel has no nftables. */
function listedChains(nftables: Nftables): ListedChain[] {
  try {
    return nftables.chains();
  } catch (error) {
    if (isErrno(error, 'EINVAL', 'EOPNOTSUPP', 'ENOENT', 'EPERM')) return [];
    throw error;
  }
}

function readSwitches(uplink: Uplink): Switches {
  const most = sysctl('user/max_net_namespaces');
  const areWritable = isWritable('/proc/sys/net/ipv4/conf/all/forwarding');
  return {
    areWritable,
    // What can be switched on need not be known yet.
    off: areWritable ? [] : switchesThatAreOff(uplink),
    refusesIpv6: carriesIpv6(uplink) && sysctl('net/ipv6/conf/default/disable_ipv6') === '1',
    lacksIpv6: carriesIpv6(uplink) && !canForwardIpv6(),
    mostNamespaces: most === undefined ? undefined : Number(most),
  };
}

function switchesThatAreOff(uplink: Uplink): string[] {
  const ipv6 = carriesIpv6(uplink) && canForwardIpv6();
  const newDevices = sysctl('net/ipv4/conf/default/forwarding') === '0' ? ['ipv4/conf/default/forwarding'] : [];
  return [...newDevices, ...planForwarding(uplink, ipv6).keys];
}

const sysctl = (key: string) => readText(`/proc/sys/${key}`)?.trim();

/** EROFS where the file system may not be written, whoever asks. */
function isWritable(file: string): boolean {
  try {
    accessSync(file, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
