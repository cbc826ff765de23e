import { writeFileSync } from 'node:fs';
import { NetmeterError } from '../errors.js';
import type { Warning } from '../measurement.js';
import type { DnsRelay } from './dns-relay.js';
import { findTools, type Tools } from './find-tools.js';
import { canForwardIpv6, planForwarding, switchForwardingOn } from './forwarding.js';
import { Guardian, type GuardianOptions } from './guardian.js';
import { chooseLinks, hostDevices, innerDevices, type Links, makeLinks, makeLinksAgain } from './make-links.js';
import { Namespace } from './namespace.js';
import { NatTable } from './nat-table.js';
import { openFirewall } from './open-firewall.js';
import { QueueCounters, type QueueReading } from './queue-counters.js';
import { chooseResolver, type ResolverChoice } from './read-resolver.js';
import { readUplink, type Uplink } from './read-uplink.js';
import { requireRights } from './require-rights.js';
import { withNameservers } from './resolver.js';
import { innerLines } from './veth-pair.js';

/** What each queue has sent since it was attached; `undefined`: it cannot be read (any more). */
export type WireReading = {
  readonly ipv4: { readonly in: QueueReading | undefined; readonly out: QueueReading | undefined };
  readonly ipv6?: { readonly in: QueueReading | undefined; readonly out: QueueReading | undefined };
  readonly loopback: QueueReading | undefined;
};

export type OpenOptions = {
  /** Aborted while the scope is being made: it is taken down again. */
  readonly signal?: AbortSignal | undefined;
} & Omit<GuardianOptions, 'resolvConf'>;

/** Each try fails only when another run took the same number in the same millisecond. */
const MAX_TRIES = 50;

/** IPv6 needs 1280 bytes (RFC 8200); a smaller uplink carries none. */
const IPV6_MIN_MTU = 1280;

/**
 * A network namespace with a veth pair for each address family to the host, which translates its addresses.
 * One pair a family, because a queue counts whole packets: families on one pair could not be told apart exactly.
 */
export class VethScope implements AsyncDisposable {
  readonly kind = 'veth';
  readonly mtu: number;
  readonly tools: Tools;
  readonly warnings: Warning[] = [];
  readonly #uplink: Uplink = readUplink();
  readonly #ipv6: boolean;
  readonly #hasMounts: boolean;
  readonly #resolver: ResolverChoice;
  #relay: DnsRelay | undefined;
  readonly #guardian: Guardian;
  readonly #nat: NatTable;
  readonly #hostQueues: QueueCounters;
  readonly #innerQueues: QueueCounters;
  #namespace: Namespace | undefined;
  #hostDevices: readonly string[] = [];

  /**
   * Opens a scope. Everything that does not depend on another is started at once; on failure all of it is undone.
   * @throws {NetmeterError} MISSING_RIGHTS, MISSING_TOOLS, FORWARDING_BLOCKED, NO_FREE_SUBNET, SETUP_FAILED, INTERRUPTED
   */
  static async open({ signal, ...options }: OpenOptions = {}): Promise<VethScope> {
    requireRights();
    const scope = new VethScope(findTools(), options);
    try {
      await scope.#setUp();
      if (signal?.aborted) throw new NetmeterError('INTERRUPTED', 'interrupted before the command started');
      return scope;
    } catch (error) {
      await scope[Symbol.asyncDispose]();
      throw error;
    }
  }

  private constructor(tools: Tools, options: GuardianOptions) {
    this.tools = tools;
    this.mtu = this.#uplink.mtu;
    this.#ipv6 = this.#decideIpv6();
    this.#resolver = chooseResolver({ ipv6: this.#ipv6 });
    const { resolvConf } = this.#resolver;
    this.#hasMounts = resolvConf !== undefined;
    this.#guardian = new Guardian(tools, { cwd: options.cwd, openFiles: options.openFiles, resolvConf });
    const { nft, hostTc, holder } = this.#guardian.helpers;
    this.#nat = new NatTable(nft);
    this.#hostQueues = new QueueCounters(hostTc);
    this.#innerQueues = new QueueCounters(holder);
  }

  /** A process of the namespace, to open its /proc files through. */
  get holderPid(): number {
    return this.#opened.pid;
  }

  get families(): readonly ('ipv4' | 'ipv6')[] {
    return this.#ipv6 ? ['ipv4', 'ipv6'] : ['ipv4'];
  }

  /** argv that runs what follows it inside. */
  enter(): string[] {
    return this.#opened.enter(this.tools);
  }

  /** What the command's environment must hold. */
  get marks(): Readonly<Record<string, string>> {
    return this.#guardian.marks;
  }

  /** Pids of all processes inside, netmeter's own holder excepted. */
  processes(): number[] {
    return this.#opened.members();
  }

  /** Reads every queue; about a millisecond. */
  async readWire(): Promise<WireReading> {
    const inner = this.#ipv6 ? ['lo', 'nm4', 'nm6'] : ['lo', 'nm4'];
    const [[in4, in6], [loopback, out4, out6]] = await Promise.all([
      this.#hostQueues.read(this.#hostDevices),
      this.#innerQueues.read(inner),
    ]);
    return { loopback, ipv4: { in: in4, out: out4 }, ...(this.#ipv6 && { ipv6: { in: in6, out: out6 } }) };
  }

  /** Ends what still lives inside and leaves the host as it was. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#relay?.[Symbol.dispose]();
    return this.#guardian.finish();
  }

  get #opened(): Namespace {
    if (!this.#namespace) throw new NetmeterError('SETUP_FAILED', 'the scope is not open');
    return this.#namespace;
  }

  async #setUp(): Promise<void> {
    // The table only needs the interfaces' names: it is made while the namespace and the links are.
    const chosen = chooseLinks(this.#ipv6);
    const { keys, switchedOn } = planForwarding(this.#uplink, this.#ipv6);
    const translated = this.#nat.add(chosen, switchedOn);
    this.#namespace = await Namespace.ready(this.#guardian, this.#hasMounts);
    const held = this.#guardian.hold();
    const links = await this.#makeLinks(chosen, switchedOn);
    this.#hostDevices = hostDevices(links);
    await Promise.all([
      held,
      this.#configureInside(links),
      this.#hostQueues.attach(this.#hostDevices),
      translated.then((listing) => this.#connect(links, keys, listing)),
    ]);
    await this.#relayNames(links);
  }

  /** Lets the namespace ask, at the host's end of its link, a resolver that only the host itself can reach. */
  async #relayNames({ plans: [plan] }: Links): Promise<void> {
    const { relayTo, resolvConf } = this.#resolver;
    const [server] = relayTo ?? [];
    if (server === undefined || !resolvConf || !plan) return;
    const { DnsRelay } = await import('./dns-relay.js');
    this.#relay = await DnsRelay.open(plan.host.address, server);
    // The file that the holder has covered, through the holder's own mounts.
    const file = `/proc/${this.holderPid}/root${resolvConf.target}`;
    writeFileSync(file, withNameservers(resolvConf.text, [plan.host.address]));
  }

  /** Makes the chosen links, or others when somebody else was faster. */
  async #makeLinks(chosen: Links, switchedOn: readonly string[]): Promise<Links> {
    const making = { mtu: this.mtu, holderPid: this.holderPid };
    if (await makeLinks(this.#guardian.helpers.hostIp, chosen, making)) return chosen;
    this.#nat.remove(chosen);
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const links = chooseLinks(this.#ipv6);
      if (!(await makeLinksAgain(this.tools, links, making))) continue;
      await this.#nat.add(links, switchedOn);
      return links;
    }
    throw new NetmeterError('NO_FREE_SUBNET', `no free subnet was found in ${MAX_TRIES} tries`);
  }

  async #configureInside(links: Links): Promise<void> {
    await this.#opened.configure(['link set lo up', ...links.plans.flatMap(innerLines)]);
    await this.#innerQueues.attach(['lo', ...innerDevices(links)]);
  }

  /** After the address translation, whose rules keep the forwarding to the namespace's packets. */
  async #connect(links: Links, keys: readonly string[], listing: string): Promise<void> {
    await switchForwardingOn(keys, links.plans, this.#guardian);
    const [link] = this.#hostDevices;
    if (link) await openFirewall(this.tools, this.#guardian, link, listing);
  }

  #decideIpv6(): boolean {
    if (this.#uplink.ipv6 === undefined || this.mtu < IPV6_MIN_MTU) return false;
    if (canForwardIpv6()) return true;
    this.warnings.push({
      code: 'NO_IPV6',
      message:
        'the command had no IPv6: this host does not forward it (cure: sysctl -w net.ipv6.conf.all.forwarding=1)',
    });
    return false;
  }
}
