import { NetmeterError } from '../../errors.js';
import type { Nftables } from '../../linux/netlink/netfilter/nftables.js';
import { besideDevices } from '../machine/beside-devices.js';
import { countedDevices } from '../machine/counted-devices.js';
import { findNamespace, type NamespaceFile } from '../machine/find-namespace.js';
import { foldersOf, readDevices } from '../machine/read-devices.js';
import { hostsWithLoopbackName } from '../names/hosts-file.js';
import type { HostPort } from '../ports/ports.js';
import { requireReturn } from '../require-return.js';
import { requireRights } from '../require-rights.js';
import { requireTools } from '../tools/programs/find-tools.js';
import { InnerNetlink } from '../tools/sockets/inner-netlink.js';
import { holdJoined } from './join-holder.js';
import { type SharedOptions, SharedScope } from './shared-scope.js';

export type JoinOptions = SharedOptions & {
  /** A name that `ip netns` knows, or the path of a namespace file. */
  readonly netns: string;
  readonly hostPorts?: readonly HostPort[] | undefined;
};

/** A network namespace that somebody else made, a VPN's say, with the files that `ip netns exec` shows there. */
export class JoinScope extends SharedScope {
  /** @throws {NetmeterError} MISSING_RIGHTS, MISSING_TOOLS, NO_SUCH_NAMESPACE, SETUP_FAILED, INTERRUPTED */
  static async open({ netns, hostPorts = [], ...options }: JoinOptions): Promise<JoinScope> {
    requireRights();
    requireReturn();
    const tools = requireTools(['nsenter', 'unshare', 'mount', 'umount', 'sh', 'setpriv']);
    const found = findNamespace(netns);
    // Who speaks with the host wants its name.
    const hosts = hostPorts.length > 0 ? namedHosts(found) : undefined;
    const holder = await holdJoined(tools, { ...found, hosts, cwd: options.cwd });
    if (options.signal?.aborted) {
      await holder[Symbol.asyncDispose]();
      throw new NetmeterError('INTERRUPTED', 'interrupted before the command started');
    }
    const target = [tools.nsenter, '--target', `${holder.pid}`];
    const machine = readDevices(foldersOf(holder.pid));
    const devices = countedDevices(machine);
    const place = {
      isolation: { kind: 'join', netns, devices } as const,
      beside: besideDevices(machine, devices),
      pid: holder.pid,
      enter: [...target, '--net', '--mount', '--root', '--wd', '--'],
      enterNetwork: [...target, '--net', '--'],
      leave: () => holder[Symbol.asyncDispose](),
    };
    return new JoinScope(place, options);
  }

  readonly #inside = InnerNetlink.of(this.inspect((pid) => pid));

  async nftables(): Promise<Nftables | undefined> {
    return this.#inside.nftables();
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    await super[Symbol.asyncDispose]();
    this.#inside[Symbol.dispose]();
  }
}

/** The namespace's own table of names, or the host's, with the host's name. */
const namedHosts = ({ etc }: NamespaceFile) =>
  (etc && hostsWithLoopbackName(`${etc}/hosts`)) || hostsWithLoopbackName();
