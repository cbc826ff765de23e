import type { Boundary } from '../../boundary.js';
import { NetmeterError } from '../../errors.js';
import type { ChainName } from '../../linux/netlink/netfilter/command.js';
import type { ListedChain } from '../../linux/netlink/netfilter/nftables.js';
import type { OctetsPerSecond } from '../../units.js';
import type { Uplink } from '../machine/read-uplink.js';
import { linkName } from '../machine/run-devices.js';
import { asSetUp } from '../namespace/as-set-up.js';
import type { Namespace } from '../namespace/namespace.js';
import type { PublishedPort } from '../ports/ports.js';
import type { WireReading } from '../scope.js';
import { type ForwardingPlan, forwardLinks, planForwarding } from './forwarding.js';
import { NotedChanges } from './giving-back/noted-changes.js';
import { type AddressChange, AddressWatch } from './links/address-watch.js';
import { HostAddresses } from './links/host-addresses.js';
import { hostDevices, type Links } from './links/make-links.js';
import { makeOwnLinks } from './links/make-own-links.js';
import { hostLocalLink } from './links/subnet.js';
import type { VethLinks } from './links/veth-links.js';
import { tableName } from './rules/nat-rules.js';
import { NatTable } from './rules/nat-table.js';
import { openFirewall, openInput } from './rules/open-firewall.js';
import { switchOn } from './switches.js';

type Given = {
  readonly run: string;
  /** The folder of the control group that the command's tree may get. */
  readonly cgroup: string | undefined;
  readonly publish: readonly PublishedPort[];
  readonly uplink: Uplink;
  readonly ipv6: boolean;
  /** Limits are kept at the links. */
  readonly isKept: boolean;
  /** Octets a second that may pass, each way and family. */
  readonly rate: OctetsPerSecond | undefined;
  readonly boundary: Boundary;
};

/** What a run makes and changes on this machine, and gives back: links, address translation, forwarding, other tables' chains. */
export class HostSide implements Disposable {
  readonly changes: NotedChanges;
  readonly nat: NatTable;
  readonly #given: Given;
  /** The same list as long as the scope is open, so that who has it hears of changes. */
  readonly #addresses = new HostAddresses();
  #made: VethLinks | undefined;
  #chains: readonly ListedChain[] | undefined;
  #watch: AddressWatch | undefined;

  /** Nothing is changed yet. @throws {LinuxError} */
  constructor(given: Given) {
    this.#given = given;
    this.nat = new NatTable(given.publish);
    this.changes = new NotedChanges(given.run, given.cgroup);
  }

  /** @throws {NetmeterError} SETUP_FAILED: they are not made yet */
  get links(): VethLinks {
    if (!this.#made) throw new NetmeterError('SETUP_FAILED', 'the scope is not open');
    return this.#made;
  }

  /** This machine's, as the command reaches it. */
  get addresses(): readonly string[] {
    return this.#addresses.list;
  }

  /** Where the command finds this machine. */
  get address(): string | undefined {
    return hostLocalLink(this.links.plans).host.addresses[0];
  }

  /** @throws {NetmeterError} FORWARDING_BLOCKED, NO_FREE_SUBNET, SETUP_FAILED */
  setUp(namespace: Namespace): VethLinks {
    const forwarding = planForwarding(this.#given.uplink, this.#given.ipv6);
    const links = asSetUp(() => this.#makeLinks(namespace, forwarding));
    this.#made = links;
    asSetUp(() => links.configure(this.#addresses.add(links.plans)));
    // After the address translation, whose rules keep the forwarding to the namespace's packets.
    forwardLinks(links.plans);
    switchOn(forwarding.keys, () => this.changes.write());
    openFirewall(this.#firewall);
    const { boundary } = this.#given;
    const follow = boundary.guard('addresses', (change: AddressChange) => this.#follow(change));
    this.#watch = boundary.attemptNow('addresses', () => new AddressWatch(follow), undefined);
    return links;
  }

  /** Lets the command's questions in, which this machine answers itself. @throws {NetmeterError} FORWARDING_BLOCKED */
  letAsk(): void {
    openInput(this.#firewall);
  }

  /** What this machine itself has dropped, and made, of what the links have counted. */
  behind(): WireReading {
    const { ipv4, ipv6 } = this.#given.uplink.routed;
    return { ...this.links.behind([...new Set([...ipv4, ...ipv6])]), ...this.nat.behind() };
  }

  /** @param network the run's own namespace. What stays is reported, and noted for the next run. */
  giveBack(network: Namespace['network']): void {
    const failures = this.changes.giveBack(network, () => this.nat.remove());
    if (failures.length === 0) return;
    const message = `not all could be given back, and the next run tries again: ${failures.join('; ')}`;
    this.#given.boundary.warn({ code: 'NOT_GIVEN_BACK', message });
  }

  /** Follows this machine's addresses no longer. */
  stopWatching(): void {
    this.#watch?.[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    for (const each of [this.nat, this.#made, this.changes]) each?.[Symbol.dispose]();
  }

  get #firewall() {
    const note = (chain: ChainName) => this.changes.addChain(chain);
    const { nftables } = this.nat;
    const chains = () => {
      this.#chains ??= nftables.chains();
      return this.#chains;
    };
    return { nftables, chains, link: this.links.name, note };
  }

  /** Makes links, and the table for them, that are nobody else's. */
  #makeLinks(namespace: Namespace, forwarding: ForwardingPlan): VethLinks {
    const { ipv6, uplink, isKept, rate } = this.#given;
    return makeOwnLinks({
      ...{ namespace, ipv6, mtu: uplink.mtu, isKept, rate },
      claim: (chosen) => this.#claim(chosen, forwarding),
    });
  }

  /** Noted before there is a table, which would stay. */
  #claim(chosen: Links, { keys, switchedOn }: ForwardingPlan): boolean {
    const links = hostDevices(chosen);
    this.changes.add({ link: linkName(chosen.number), links, keys, tables: [tableName(chosen)] });
    if (this.nat.add(chosen, switchedOn, this.changes.areNoted)) return true;
    this.changes.add({ link: '', links: [], keys: [], tables: [] });
    return false;
  }

  #follow(change: AddressChange): void {
    this.links.follow(change);
    this.#addresses.follow(change);
  }
}
