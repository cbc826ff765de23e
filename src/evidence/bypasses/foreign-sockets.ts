import { hrtime } from 'node:process';
import type { ForeignNamespace } from '../../attribution/bypasses/foreign-namespaces.js';
import { Assembler, NOEXIST } from '../../linux/bpf/assembler.js';
import { BpfLink } from '../../linux/bpf/bpf-link.js';
import { BpfProgram } from '../../linux/bpf/bpf-program.js';
import { CookieProbe } from '../../linux/bpf/cookie-probe.js';
import { BpfMap } from '../../linux/bpf/maps/bpf-map.js';
import { LinuxError } from '../../linux/linux-error.js';
import type { NetworkNamespace } from '../../linux/namespace.js';
import { netnsCookie } from '../../linux/netns-cookie.js';

/** More namespaces are not distinguished; a job's own containers are many and alike. */
const MOST = 1024;

/** The key is a namespace's cookie; the value who made its first socket, and when (ns since the start of the machine): a number, a time, and a name of at most 15 characters and a NUL (comm). */
const KEY_SIZE = 8;
const VALUE = { size: 32, pid: 0, at: 8, name: 16, nameSize: 16 } as const;

const MAP = {
  type: 'hash',
  name: 'nm_namespaces',
  keySize: KEY_SIZE,
  valueSize: VALUE.size,
  maxEntries: MOST,
} as const;

/**
 * Hears of each Internet socket that a control group's processes make, and in which network namespace: by a program at the
 * making itself (BPF_CGROUP_INET_SOCK_CREATE), so that nobody is too fast to be seen. It forbids nothing.
 */
class ForeignSockets implements Disposable {
  readonly #own: bigint;
  /** CLOCK_MONOTONIC, as the program's own clock. */
  readonly #since = hrtime.bigint();
  readonly #map: BpfMap;
  readonly #link: BpfLink;

  /**
   * @param group a descriptor of the group's folder
   * @param inside the tree's network namespace
   * @throws {LinuxError} without CAP_BPF
   */
  static watch(group: number, inside: NetworkNamespace): ForeignSockets {
    const cookies = cookiesOf(inside);
    const map = BpfMap.create(MAP);
    try {
      using program = BpfProgram.load({
        name: 'nm_sockets',
        type: 'cgroupSock',
        attachment: 'sockCreate',
        code: code(map, cookies.scope),
      });
      return new ForeignSockets(cookies.own, map, BpfLink.toCgroup(program, group));
    } catch (error) {
      map[Symbol.dispose]();
      throw error;
    }
  }

  private constructor(own: bigint, map: BpfMap, link: BpfLink) {
    this.#own = own;
    this.#map = map;
    this.#link = link;
  }

  get found(): ForeignNamespace[] {
    return [...this.#map.keys()].flatMap((key) => {
      const cookie = key.readBigUInt64LE();
      const value = this.#map.lookup(key);
      if (!value) return [];
      const name = value.toString('utf8', VALUE.name).replace(/\0.*$/s, '');
      const atMs = Math.max(0, Number(value.readBigUInt64LE(VALUE.at) - this.#since) / 1e6);
      return [
        { isOwn: cookie === this.#own, pid: Number(value.readBigUInt64LE(VALUE.pid)), name, atMs: Math.round(atMs) },
      ];
    });
  }

  [Symbol.dispose](): void {
    this.#link[Symbol.dispose]();
    this.#map[Symbol.dispose]();
  }
}

/** Of the tree's namespace and netmeter's own. */
function cookiesOf(inside: NetworkNamespace): { readonly scope: bigint; readonly own: bigint } {
  const [scope, own] = [inside.inside(() => netnsCookie()), netnsCookie()];
  if (scope !== undefined && own !== undefined) return { scope, own };
  using probe = new CookieProbe();
  return { scope: inside.inside(() => probe.read()), own: probe.read() };
}

/** On the stack: the key, and below it a value. */
const KEY = -KEY_SIZE;
const FIRST = KEY - VALUE.size;

/**
 * Those of the tree's namespace, `scope`, are most, and nobody asks for them. The context is struct bpf_sock of linux/bpf.h,
 * which the program hands on and does not read.
 */
function code(map: BpfMap, scope: bigint): Assembler {
  return new Assembler()
    .call('get_netns_cookie')
    .moveWide('r1', scope)
    .jumpIf('r0', '==', 'r1', 'allow')
    .store('u64', 'r10', KEY, 'r0')
    .lookUp(map, KEY)
    .jumpIf('r0', '!=', 0, 'allow')
    .call('get_current_pid_tgid')
    .compute('shiftRight', 'r0', 32)
    .store('u64', 'r10', FIRST + VALUE.pid, 'r0')
    .call('ktime_get_ns')
    .store('u64', 'r10', FIRST + VALUE.at, 'r0')
    .placeOnStack('r1', FIRST + VALUE.name)
    .move('r2', VALUE.nameSize)
    .call('get_current_comm')
    .update(map, KEY, FIRST, NOEXIST)
    .label('allow')
    .move('r0', 1)
    .exit();
}

/** @returns undefined where the kernel, or our rights, do not allow it */
export function watchForeignSockets(group: number, scope: NetworkNamespace): ForeignSockets | undefined {
  try {
    return ForeignSockets.watch(group, scope);
  } catch (error) {
    if (error instanceof LinuxError) return undefined;
    throw error;
  }
}
