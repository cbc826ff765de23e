import type { Scope } from '../isolation/scope.js';
import { netnsCookie } from '../linux/netns-cookie.js';
import type { CgroupGate } from '../observe/gate/cgroup-gate.js';
import type { CgroupMeter } from '../observe/meter/cgroup-meter.js';
import type { Devices } from '../observe/meter/meter-options.js';
import { addressesOf, followAddresses, within } from './scope-addresses.js';
import { isShared } from './tree/end-tree.js';
import type { TreeGroup } from './tree/tree-group.js';

/**
 * Counts what the tree's sockets move, at its control group.
 * @param gate refuses packets before they are counted
 * @returns undefined where nothing can be counted there: the command has no way out, or the kernel refuses
 */
export async function attachMeter(
  scope: Scope,
  group: TreeGroup | undefined,
  gate?: CgroupGate,
): Promise<CgroupMeter | undefined> {
  if (!group || !(isShared(scope) || scope.waysOut)) return undefined;
  const { CgroupMeter } = await import('../observe/meter/cgroup-meter.js');
  try {
    const meter = CgroupMeter.attach(group.cgroup.fd, await devicesOf(scope), { gate });
    if (!scope.waysOut) await countAll(meter, scope);
    return meter;
  } catch {
    return undefined;
  }
}

/** Where the sockets' count is the traffic: before the command is started, for the shortest has packets without a socket too. */
async function countAll(meter: CgroupMeter, scope: Scope): Promise<void> {
  meter.keep(followAddresses(scope, (addresses) => meter.learnAddresses(addresses)));
  const { followMtus } = await import('../observe/meter/follow-mtus.js');
  meter.keep(within(scope, () => followMtus((device, mtu) => meter.learnMtu(device, mtu))));
  const { noteNamespaces } = await import('../observe/meter/namespaces/earlier-namespaces.js');
  meter.learnNamespaces(noteNamespaces);
  const { traceOrphans } = await import('../observe/meter/orphans/trace-orphans.js');
  meter.watchOrphans(traceOrphans);
}

async function devicesOf(scope: Scope): Promise<Devices> {
  const { waysOut } = scope;
  if (waysOut) {
    const leadingTo = (where: 'everywhere' | 'host') =>
      waysOut.filter(({ leadsTo }) => leadsTo === where).map(({ index }) => index);
    return {
      mtus: new Map(waysOut.map(({ index, mtu }) => [index, mtu])),
      places: { external: leadingTo('everywhere'), host: leadingTo('host') },
    };
  }
  const { readDevices } = await import('../observe/meter/read-devices.js');
  const cookie = within(scope, () => netnsCookie());
  return {
    ...scope.inspect((process) => readDevices(`/proc/${process}/ns/net`, true)),
    network: cookie === undefined ? undefined : { cookie, addresses: addressesOf(scope) },
  };
}
