import { NetmeterError } from '../errors.js';
import type { Warning } from '../measurement.js';
import { findTools, type Tools } from './find-tools.js';
import { canForwardIpv6, planForwarding, switchForwardingOn } from './forwarding.js';
import { Guardian } from './guardian.js';
import { LineProcess } from './line-process.js';
import { LinkMaker, type Links } from './make-links.js';
import { Namespace } from './namespace.js';
import { NatTable } from './nat-table.js';
import { openFirewall } from './open-firewall.js';
import { QueueCounters, type QueueReading } from './queue-counters.js';
import { chooseResolver } from './read-resolver.js';
import { readUplink, type Uplink } from './read-uplink.js';
import { requireRights } from './require-rights.js';
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
  /** The command's working folder. */
  readonly cwd?: string | undefined;
};

/** IPv6 needs 1280 bytes (RFC 8200); a smaller uplink carries none. */
const IPV6_MIN_MTU = 1280;

/**
 * A network namespace with a veth pair for each address family to the host, which translates its addresses.
 * One pair a family, because a queue counts whole packets: families on one pair could not be told apart exactly.
 */
export class VethScope implements AsyncDisposable {
  readonly kind = 'veth';
  readonly mtu: number;
  readonly warnings: Warning[] = [];
  readonly tools: Tools = findTools();
  readonly #uplink: Uplink = readUplink();
  readonly #ipv6: boolean;
  readonly #guardian: Guardian;
  readonly #namespace: Namespace;
  readonly #linkMaker: LinkMaker;
  readonly #nat: NatTable;
  readonly #hostTc: LineProcess;
  readonly #hostQueues: QueueCounters;
  readonly #innerQueues: QueueCounters;
  #hostDevices: readonly string[] = [];

  /**
   * Opens a scope. Everything that does not depend on another is started at once; on failure all of it is undone.
   * @throws {NetmeterError} MISSING_RIGHTS, MISSING_TOOLS, FORWARDING_BLOCKED, NO_FREE_SUBNET, SETUP_FAILED
   */
  static async open({ signal, cwd }: OpenOptions = {}): Promise<VethScope> {
    requireRights();
    const scope = new VethScope(cwd);
    try {
      await scope.#setUp();
      if (signal?.aborted) throw new NetmeterError('INTERRUPTED', 'interrupted before the command started');
      return scope;
    } catch (error) {
      await scope[Symbol.asyncDispose]();
      throw error;
    }
  }

  private constructor(cwd: string | undefined) {
    const { tools } = this;
    this.mtu = this.#uplink.mtu;
    this.#ipv6 = this.#decideIpv6();
    const { resolvConf, unreachable } = chooseResolver({ ipv6: this.#ipv6 });
    if (unreachable) this.warnings.push(noResolver(unreachable));
    this.#guardian = new Guardian(tools);
    this.#namespace = Namespace.create(tools, resolvConf, cwd);
    this.#linkMaker = new LinkMaker(tools);
    this.#nat = new NatTable(tools);
    this.#hostTc = new LineProcess(tools.tc, ['-s', '-j', '-batch', '-']);
    this.#hostQueues = new QueueCounters(this.#hostTc);
    this.#innerQueues = new QueueCounters(this.#namespace.holder);
  }

  /** A process of the namespace, to open its /proc files through. */
  get holderPid(): number {
    return this.#namespace.pid;
  }

  get families(): readonly ('ipv4' | 'ipv6')[] {
    return this.#ipv6 ? ['ipv4', 'ipv6'] : ['ipv4'];
  }

  /** argv that runs what follows it inside. */
  enter(): string[] {
    return this.#namespace.enter(this.tools);
  }

  /** Pids of all processes inside, netmeter's own holder excepted. */
  processes(): number[] {
    return this.#namespace.members();
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
  async [Symbol.asyncDispose](): Promise<void> {
    for (const part of [this.#linkMaker, this.#nat, this.#hostTc, this.#namespace.holder]) part.end();
    await this.#guardian.finish();
  }

  async #setUp(): Promise<void> {
    await this.#namespace.ready();
    const held = this.#guardian.holdNamespace(this.#namespace.pid);
    const links = await this.#linkMaker.make(this.#namespace.pid, { ipv6: this.#ipv6, mtu: this.mtu });
    this.#hostDevices = links.plans.map((plan) => plan.host.device);
    await Promise.all([
      held,
      this.#configureInside(links),
      this.#hostQueues.attach(this.#hostDevices),
      this.#connect(links),
    ]);
  }

  async #configureInside({ plans }: Links): Promise<void> {
    await this.#namespace.configure(['link set lo up', ...plans.flatMap(innerLines)]);
    await this.#innerQueues.attach(['lo', ...plans.map((plan) => plan.inner.device)]);
  }

  /** Address translation first, forwarding after it: its rules keep the forwarding to the namespace's packets. */
  async #connect({ number, plans }: Links): Promise<void> {
    const forwarding = planForwarding(this.#uplink, this.#ipv6);
    const listing = await this.#nat.add({ number, devices: this.#hostDevices, switchedOn: forwarding.switchedOn });
    await switchForwardingOn(forwarding, plans, this.#guardian);
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

const noResolver = (servers: readonly string[]): Warning => ({
  code: 'NO_RESOLVER',
  message: `names cannot be resolved inside: ${servers.join(', ')} only answers on the host itself`,
});
