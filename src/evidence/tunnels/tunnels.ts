import type { Link } from '../../linux/netlink/route/link.js';
import type { InOut } from '../../measurement/traffic.js';

/** A device whose other end is a program of the command's, and the octets that this took from it (in) and wrote to it (out). */
export type Tunnel = {
  readonly device: string;
  /** It was a port of a bridge or a switch, which forwards without IP. */
  readonly isBridged: boolean;
  /** False: the program may be another's. */
  readonly isCertain: boolean;
} & InOut<number | null>;

/** Who has a device's other end: the command's tree, or none of it. */
export type Holder = 'tree' | 'others';

/** What the kernel says of a device. */
export type Told = Pick<Link, 'index' | 'name' | 'kind' | 'isRunning' | 'master' | 'masterKind' | 'octets'>;

type Known = {
  readonly name: string;
  readonly before: NonNullable<Told['octets']>;
  readonly now: Told['octets'];
  readonly isBridged: boolean;
  readonly isRunning: boolean;
  holder: Holder | undefined;
};

/** TUN and TAP devices of a network namespace, from a first list on, by what the kernel tells of them. */
export class Tunnels {
  readonly #living = new Map<number, Known>();
  readonly #gone: Known[] = [];

  /**
   * Takes those that are there now.
   * @param holders whoever has the other end of one, as far as that is known: nobody of a tree that is not there yet
   */
  begin(links: readonly Told[], holders: Holder | undefined): void {
    for (const link of links.filter(isTunnel)) {
      const holder = link.isRunning ? holders : undefined;
      this.#living.set(link.index, { ...stateOf(link), before: link.octets ?? ZERO, holder });
    }
  }

  /** @param isGone it is reported for the last time */
  take(link: Told, isGone = false): void {
    const known = this.#living.get(link.index);
    if (!known && !isTunnel(link)) return;
    const { isBridged, isRunning, ...now } = stateOf(link);
    // One that was attached to anew may be somebody else's.
    const holder = known?.holder === 'others' && isRunning && !known.isRunning ? undefined : known?.holder;
    const state = {
      ...now,
      before: known?.before ?? ZERO,
      isBridged: isBridged || (known?.isBridged ?? false),
      isRunning,
      holder,
    };
    if (!isGone) return void this.#living.set(link.index, state);
    this.#living.delete(link.index);
    this.#gone.push(state);
  }

  /** There was none. */
  get isEmpty(): boolean {
    return this.#living.size + this.#gone.length === 0;
  }

  /** Names of those that are there and carry something, and of which it is not known who has the other end. */
  get unclaimed(): ReadonlySet<string> {
    const unclaimed = [...this.#living.values()].filter(
      (known) => known.holder === undefined && (known.isRunning || hasMoved(known)),
    );
    return new Set(unclaimed.map(({ name }) => name));
  }

  /** Says who has the other end of one that is there. */
  claim(device: string, holder: Holder): void {
    for (const known of this.#living.values())
      if (known.name === device && known.holder !== 'tree') known.holder = holder;
  }

  /** Those that have moved something and of which nobody else has the other end, a row a name. */
  get moved(): Tunnel[] {
    const all = [...this.#gone, ...this.#living.values()].filter((each) => each.holder !== 'others' && hasMoved(each));
    const byName = new Map<string, Known[]>(all.map(({ name }) => [name, []]));
    for (const each of all) byName.get(each.name)?.push(each);
    return [...byName].map(([device, known]) => {
      const isBridged = known.some((each) => each.isBridged);
      const isCertain = known.every(({ holder }) => holder === 'tree');
      return { device, isBridged, isCertain, in: sumOf(known, 'sent'), out: sumOf(known, 'received') };
    });
  }
}

const ZERO = { received: 0n, sent: 0n };

/** The kind of TAP devices, too. */
export const TUNNEL_KIND = 'tun';

const isTunnel = ({ kind }: Told) => kind === TUNNEL_KIND;

/** A routing domain (VRF) has its packets routed; every other master hands frames on. */
const stateOf = ({ name, octets, master, masterKind, isRunning }: Told) => ({
  ...{ name, now: octets, isRunning },
  isBridged: master !== undefined && masterKind !== 'vrf',
});

/** One that the kernel says nothing of may have. */
const hasMoved = ({ before, now }: Known) => now?.received !== before.received || now.sent !== before.sent;

/** null: of one the kernel has not said it. */
const sumOf = (all: readonly Known[], way: 'received' | 'sent') =>
  all.reduce<number | null>((sum, { before, now }) => {
    return sum === null || !now ? null : sum + Math.max(0, Number(now[way] - before[way]));
  }, 0);
