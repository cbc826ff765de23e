import { Boundary } from '../../boundary.js';
import type { GuardianOptions } from '../../guardian/guarded.js';
import { Guardian } from '../../guardian/guardian.js';
import type { Warning } from '../../measurement/measurement.js';
import type { OctetsPerSecond } from '../../units.js';
import { RunMembers } from '../machine/members/run-members.js';
import { readUplink, type Uplink } from '../machine/read-uplink.js';
import { readHostsFile } from '../names/hosts-file.js';
import { chooseResolver } from '../names/read-resolver.js';
import { Namespace } from '../namespace/namespace.js';
import type { HostPort } from '../ports/ports.js';
import type { Tools } from '../tools/programs/find-tools.js';
import { newRun } from '../tools/programs/script-environment.js';
import { InnerNetlink } from '../tools/sockets/inner-netlink.js';
import { stopAutoconfiguration } from './autoconfiguration.js';
import { ipv6Support } from './forwarding.js';
import { HostSide } from './host-side.js';
import { type ServiceOptions, VethServices } from './veth-services.js';

/** What a run wants of its veth. */
export type VethOptions = {
  readonly hostPorts?: readonly HostPort[];
  /** How this machine reaches the outside, where that is known already. */
  readonly uplink?: Uplink | undefined;
  /** Octets a second that may pass, each way and family. */
  readonly rateLimit?: OctetsPerSecond | undefined;
  /** The soft limit of open files that the command shall find, where Node has raised ours. */
  readonly openFiles?: number | undefined;
} & ServiceOptions &
  GuardianOptions;

/** What a scope in veth is made of. */
export type VethParts = {
  readonly run: string;
  readonly options: VethOptions;
  readonly uplink: Uplink;
  readonly ipv6: boolean;
  /** What is known from the beginning. */
  readonly warnings: readonly Warning[];
  readonly boundary: Boundary;
  readonly namespace: Namespace;
  readonly inside: InnerNetlink;
  readonly members: RunMembers;
  readonly host: HostSide;
  readonly guardian: Guardian;
  readonly services: VethServices;
};

/** Makes the namespace, and what will be needed for it; on this machine nothing is changed yet. @throws {LinuxError} */
export function makeVethParts(tools: Tools, options: VethOptions): VethParts {
  const { publish = [], hostPorts = [], keep, egress, cgroup, rateLimit: rate, boundary = new Boundary() } = options;
  const run = newRun();
  const uplink = options.uplink ?? readUplink();
  const { ipv6, warnings } = ipv6Support(uplink);
  const resolver = chooseResolver({ ipv6 });
  const { resolvConf } = resolver;
  // Who speaks with the host wants its name; else the command's mounts had better stay visible to the host.
  const wantsName = resolvConf !== undefined || publish.length + hostPorts.length > 0;
  const hosts = wantsName ? readHostsFile() : undefined;
  const namespace = Namespace.make([resolvConf, hosts].filter((file) => file !== undefined));
  const { network } = namespace;
  network.inside(stopAutoconfiguration);
  const inside = InnerNetlink.in(network);
  const own = { run, cgroup };
  const host = new HostSide({ ...own, publish, uplink, ipv6, isKept: keep !== undefined, rate, boundary });
  const { nat, changes } = host;
  const held = { namespace: network.fd, changes: changes.fd, tables: nat.nftables.fd };
  return {
    ...{ run, options, uplink, ipv6, warnings, boundary, namespace, inside, host },
    members: new RunMembers(run, () => network.identity),
    guardian: new Guardian(tools.sh, { ...own, ...held }),
    services: new VethServices({ publish, keep, egress, boundary, nat, resolver, hosts }),
  };
}
