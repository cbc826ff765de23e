import { networkOf } from '../../isolation/machine/members/namespace-members.js';
import { Closing } from '../../linux/closing.js';
import { type Listening, listenTo, type NetlinkEvents } from '../../linux/netlink/events.js';
import { RTNLGRP } from '../../linux/netlink/route/events.js';
import { aboutDevices, decodeLink, listLinksOf, RTM_DELLINK } from '../../linux/netlink/route/link.js';
import { NETLINK_ROUTE, NetlinkSocket } from '../../linux/netlink/socket.js';
import { TUNNEL_KIND, type Tunnel, Tunnels } from './tunnels.js';

/** What the TUN and TAP devices of the command's have moved. */
export type TunnelUse = {
  readonly devices: readonly Tunnel[];
  /** False: there may have been more. */
  readonly isComplete: boolean;
};

/** Whose devices they are to be. */
type Watched = {
  readonly isOfTree: (pid: number) => boolean;
  /** The tree is there already. */
  readonly isThere: boolean;
  /** Makes of a listener one that throws nothing. */
  readonly guard: <A extends readonly unknown[]>(work: (...args: A) => unknown) => (...args: A) => void;
};

/** Looks for who has a device's other end take at most this part of the time. */
const SHARE = 1 / 25;

/**
 * Hears of the TUN and TAP devices of a network namespace. What a program writes to one comes in by it, and may be forwarded without
 * a socket. One that goes says as its last what it has moved, so that none is too short-lived to be known.
 */
export class TunnelWatch implements Disposable {
  readonly #closing = new Closing();
  readonly #events: Listening;
  readonly #route: NetlinkSocket;
  readonly #network: string;
  readonly #isOfTree: (pid: number) => boolean;
  readonly #tunnels = new Tunnels();
  #isLost = false;
  #nextLook = 0;

  /**
   * From now on, in the network namespace that the calling thread is in.
   * @throws {LinuxError} socket: EPROTONOSUPPORT; netlink: ETIMEDOUT
   */
  constructor({ isOfTree, isThere, guard }: Watched) {
    this.#isOfTree = isOfTree;
    this.#network = networkOf('thread-self') ?? '';
    try {
      const hear = guard((events: NetlinkEvents) => this.take(events));
      this.#events = this.#closing.add(listenTo(NETLINK_ROUTE, [RTNLGRP.LINK], hear, { unref: true }));
      this.#route = this.#closing.add(NetlinkSocket.open(NETLINK_ROUTE));
      this.#tunnels.begin(this.#list(), isThere ? undefined : 'others');
      if (isThere) guard(() => this.#look())();
    } catch (error) {
      this.#closing[Symbol.dispose]();
      throw error;
    }
  }

  async take({ messages, lost }: NetlinkEvents): Promise<void> {
    this.#isLost ||= lost;
    for (const message of aboutDevices(messages)) this.#tunnels.take(decodeLink(message), message.type === RTM_DELLINK);
    if (performance.now() >= this.#nextLook) await this.#look();
  }

  /** What they have moved so far; for when nothing moves any more. */
  async finish(): Promise<TunnelUse> {
    this.#events.drain();
    if (this.#tunnels.isEmpty && !this.#isLost) return { devices: [], isComplete: true };
    for (const link of this.#list()) this.#tunnels.take(link);
    await this.#look();
    return { devices: this.#tunnels.moved, isComplete: !this.#isLost };
  }

  [Symbol.dispose](): void {
    this.#closing[Symbol.dispose]();
  }

  #list = () => this.#route.dump(listLinksOf(TUNNEL_KIND)).map(decodeLink);

  async #look(): Promise<void> {
    if (this.#tunnels.unclaimed.size === 0) return;
    // Loaded here: most jobs have none.
    const { holdersOf } = await import('./tunnel-holders.js');
    const from = performance.now();
    const whose = { isOfTree: this.#isOfTree, network: this.#network };
    for (const [device, holder] of holdersOf(this.#tunnels.unclaimed, whose)) this.#tunnels.claim(device, holder);
    const at = performance.now();
    this.#nextLook = at + (at - from) / SHARE;
  }
}
