import { NetworkNamespace } from '../../linux/namespace.js';
import { decodeLink, LIST_LINKS } from '../../linux/netlink/route/link.js';
import { NETLINK_ROUTE, NetlinkSocket } from '../../linux/netlink/socket.js';
import type { NestedFate } from '../../measurement/method.js';

/** More namespaces are not looked into in one look. */
const MOST = 16;

/** Devices that lead nowhere. */
const IDLE: readonly (string | undefined)[] = ['dummy', 'ifb'];

/** A look at a few devices is short, and a job's container is configured within milliseconds. */
const AGAIN_MS = 50;

type Resident = { readonly pid: number; readonly namespace: string };

/** How the namespaces of a command's own are connected, by their devices. */
export class NestedTransports implements Disposable {
  /** By what the kernel calls a namespace. */
  readonly #found = new Map<string, { byProgram: boolean; byDevice: boolean }>();
  /** A process of each that had no device yet: what makes one configures it soon. */
  #bare: readonly Resident[] = [];
  #again: NodeJS.Timeout | undefined;

  /** @param residents a process of each namespace that is not the run's */
  look(residents: readonly Resident[]): void {
    const one = new Map(residents.map((resident) => [resident.namespace, resident]));
    this.#bare = [...one.values()].slice(0, MOST).filter((each) => this.#isBare(each));
    clearTimeout(this.#again);
    if (this.#bare.length > 0) this.#again = setTimeout(() => this.look(this.#bare), AGAIN_MS).unref();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#again);
  }

  /** Whether it is there, and has nothing that leads anywhere. */
  #isBare({ pid, namespace }: Resident): boolean {
    const kinds = kindsIn(pid, namespace);
    if (kinds === undefined) return false;
    const known = this.#found.get(namespace) ?? { byProgram: false, byDevice: false };
    known.byProgram ||= kinds.includes('tun');
    known.byDevice ||= kinds.some((kind) => kind !== 'tun' && !IDLE.includes(kind));
    this.#found.set(namespace, known);
    return !known.byProgram && !known.byDevice;
  }

  /** @param made namespaces in which the command was seen to make sockets. @returns undefined: none leads out */
  fate(made: number): NestedFate | undefined {
    const all = [...this.#found.values()];
    if (all.length < made) return 'unknown';
    if (all.every(({ byProgram, byDevice }) => !byProgram && !byDevice)) return undefined;
    if (all.every(({ byProgram }) => !byProgram)) return 'forwarded';
    return all.every(({ byProgram, byDevice }) => byProgram && !byDevice) ? 'carried' : 'unknown';
  }
}

/** @returns undefined where the process has gone meanwhile, to another namespace too; undefined kinds: hardware */
function kindsIn(pid: number, identity: string): (string | undefined)[] | undefined {
  try {
    using namespace = NetworkNamespace.open(`/proc/${pid}/ns/net`);
    if (namespace.identity !== identity) return undefined;
    using route = namespace.inside(() => NetlinkSocket.open(NETLINK_ROUTE));
    const links = route.dump(LIST_LINKS).map(decodeLink);
    return links.filter(({ name, isUp }) => isUp && name !== 'lo').map(({ kind }) => kind);
  } catch {
    return undefined;
  }
}
