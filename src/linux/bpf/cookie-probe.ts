import { closeSync, openSync } from 'node:fs';
import { CgroupHierarchy } from '../cgroup/hierarchy.js';
import { Closing } from '../closing.js';
import { AF_INET, openSocket, SOCK_RAW } from '../socket.js';
import { Assembler } from './assembler.js';
import { BpfLink } from './bpf-link.js';
import { BpfProgram } from './bpf-program.js';
import { BpfMap } from './maps/bpf-map.js';

/** For experiments (RFC 3692): nobody else opens such a socket just now. */
const PROTOCOL = 253;
/** struct bpf_sock of linux/bpf.h. */
const SOCKET = { protocol: 12 } as const;
const ONLY = Buffer.alloc(4);

/**
 * Reads the numbers of network namespaces where SO_NETNS_COOKIE does not (before Linux 5.14): this process makes a socket, and a
 * program at its own control group learns in which one (BPF_CGROUP_INET_SOCK_CREATE). It forbids nothing.
 */
export class CookieProbe implements Disposable {
  readonly #closing = new Closing();
  readonly #answer: BpfMap;

  /** @throws {LinuxError} bpf(2) is refused; {Error} this process has no control group of version 2 */
  constructor() {
    try {
      this.#answer = this.#closing.add(
        BpfMap.create({ type: 'array', name: 'nm_cookie', keySize: 4, valueSize: 8, maxEntries: 1 }),
      );
      using program = BpfProgram.load({
        ...{ type: 'cgroupSock', name: 'nm_cookie', attachment: 'sockCreate' },
        code: reportCookie(this.#answer),
      });
      this.#attach(program);
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  /** That of the calling thread's namespace. @throws {LinuxError} socket: EPERM without CAP_NET_RAW */
  read(): bigint {
    closeSync(openSocket(AF_INET, SOCK_RAW, PROTOCOL));
    return this.#answer.lookup(ONLY)?.readBigUInt64LE() ?? 0n;
  }

  [Symbol.dispose](): void {
    this.#closing[Symbol.dispose]();
  }

  #attach(program: BpfProgram): void {
    using hierarchy = CgroupHierarchy.open();
    const folder = hierarchy?.folderOf('self');
    if (folder === undefined) throw new Error('there is no control group of version 2');
    const group = openSync(folder, 'r');
    try {
      this.#closing.add(BpfLink.toCgroup(program, group));
    } finally {
      closeSync(group);
    }
  }
}

const reportCookie = (answer: BpfMap): Assembler =>
  new Assembler()
    .load('u32', 'r2', 'r1', SOCKET.protocol)
    .jumpIf('r2', '!=', PROTOCOL, 'allow')
    .call('get_netns_cookie')
    .loadMapValue('r2', answer)
    .store('u64', 'r2', 0, 'r0')
    .label('allow')
    .move('r0', 1)
    .exit();
