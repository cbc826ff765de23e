import { pid as ownPid } from 'node:process';
import { placeBy } from '../attribution/place-address.js';
import { reportProcesses } from '../attribution/processes/process-rows.js';
import { SampledLedger } from '../attribution/processes/sampled-ledger.js';
import { readProcesses } from '../isolation/machine/read-processes.js';
import type { NetlinkSocket } from '../linux/netlink/socket.js';
import type { ProcessEvidence } from '../measurement/processes.js';
import { Descriptors } from './bypasses/descriptors.js';
import { connectionOf, listConnections } from './connections/tcp-connections.js';
import { readCommandLine } from './read-command-line.js';

export type SampleOptions = {
  /** Of the namespace; it is closed with the samples. */
  readonly diag: NetlinkSocket;
  /** Pids of the command's tree. */
  readonly processes: () => readonly number[];
  /** Others live in the namespace too. */
  readonly isShared: boolean;
  readonly hostAddresses?: readonly string[] | undefined;
};

/** Of one look into the tree's descriptors; a bigger tree is gone through over several. */
const DESCRIPTORS_MS = 15;

/** USER_HZ, which is 100 wherever Linux has a libc (proc(5)). */
const TICKS_PER_MS = 0.1;

/**
 * Who holds which connection, listed now and then by sock_diag(7): the second-best evidence, where the kernel
 * has no trace for us. What opens and closes between two looks is not seen, nor is UDP.
 */
export class SocketSamples implements Disposable {
  readonly #options: SampleOptions;
  readonly #ledger: SampledLedger;
  #command: number | undefined;
  #startedAt = 0;
  readonly #descriptors = new Descriptors();

  constructor(options: SampleOptions) {
    this.#options = options;
    this.#ledger = new SampledLedger({ place: placeBy(options.hostAddresses ?? []), isShared: options.isShared });
  }

  commandStarted(pid: number): void {
    this.#command = pid;
    this.#see();
  }

  /** Looks once. @throws {NetlinkError} the kernel cannot list sockets */
  sample(): void {
    const sockets = listConnections(this.#options.diag);
    // What was there when it was listed may be gone now, but was seen at the look before; what has come is seen now.
    const members = this.#see();
    const { owners } = this.#descriptors.look(members, DESCRIPTORS_MS);
    this.#ledger.list(
      sockets.flatMap((socket) => {
        const owner = owners.get(`${socket.inode}`);
        // A socket that has a process, though none of the tree's, is somebody else's.
        return socket.inode !== 0 && owner === undefined
          ? []
          : [connectionOf(socket, owner === undefined ? [] : [owner])];
      }),
    );
  }

  finish(): ProcessEvidence {
    const { unowned, ...result } = this.#ledger.close();
    return reportProcesses(
      result,
      {
        evidence: 'sampled',
        pids: 'own',
        toMs: (ticks) => (ticks - this.#startedAt) / TICKS_PER_MS,
        knowsHostLocal: this.#options.hostAddresses !== undefined,
        lostEvents: undefined,
        isComplete: false,
      },
      unowned,
    );
  }

  [Symbol.dispose](): void {
    this.#options.diag[Symbol.dispose]();
  }

  /** @returns the pids of the tree */
  #see(): readonly number[] {
    const command = this.#command;
    if (command === undefined) return [];
    const members = new Set([...this.#options.processes(), command]);
    const living = readProcesses()
      // Our own helpers are inside for a moment too.
      .filter(({ pid, parent }) => members.has(pid) && (parent !== ownPid || pid === command))
      .sort(
        (a, b) => Number(b.pid === command) - Number(a.pid === command) || a.startedAt - b.startedAt || a.pid - b.pid,
      );
    const [first] = living;
    if (first?.pid === command) this.#startedAt ||= first.startedAt;
    this.#ledger.see(living.map((each) => ({ ...each, commandLine: readCommandLine(each.pid) })));
    return living.map(({ pid }) => pid);
  }
}
