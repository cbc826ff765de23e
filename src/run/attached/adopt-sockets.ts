import { socketsIn } from '../../evidence/list-sockets.js';
import { isRunning } from '../../isolation/machine/read-processes.js';
import type { CgroupView } from '../../linux/cgroup/cgroup-view.js';
import { IPPROTO } from '../../linux/ip/ip-protocols.js';
import { TCP_STATE } from '../../linux/ip/tcp-states.js';
import type { CgroupMeter } from '../../observe/meter/cgroup-meter.js';
import type { TreeFilter } from '../../observe/meter/tree/tree-filter.js';
import { doubtsOf } from './doubts.js';
import { heldSockets } from './held-sockets.js';

/** These are no connections that packets are still to come of. */
const NO_CONNECTION: readonly number[] = [TCP_STATE.LISTEN, TCP_STATE.CLOSE];

/** A tree that was there before, and what begins to count it. */
export type Present = {
  readonly group: CgroupView;
  readonly tree: ReadonlySet<number>;
  readonly filter: TreeFilter | undefined;
  readonly meter: CgroupMeter;
  readonly namespaces: ReadonlyMap<string, number>;
};

/** Takes what is open already into the count. @returns why that is not all, or not theirs alone */
export function adoptSockets({ group, tree, filter, meter, namespaces }: Present): readonly string[] {
  const held = heldSockets(tree);
  const refused = filter ? held.filter(({ pid, fd }) => !marks(filter, pid, fd)) : [];
  const sockets = [...namespaces.values()].flatMap(socketsIn);
  const [ids, inodes] = [group.ids(), new Set(held.map(({ inode }) => inode))];
  const counted = sockets.filter((socket) => socket.group !== undefined && ids.has(socket.group));
  const own = filter ? counted.filter(({ inode }) => inodes.has(inode)) : counted;
  for (const socket of own)
    if (socket.protocol === IPPROTO.tcp && !NO_CONNECTION.includes(socket.state)) meter.connections.adopt(socket);
  const members = group.members();
  return doubtsOf({
    own: new Set(own.map(({ inode }) => inode)),
    uncounted: sockets.filter((socket) => inodes.has(socket.inode) && !counted.includes(socket)),
    refused: refused.filter(({ inode }) => sockets.some((socket) => socket.inode === inode)),
    left: whoLeft(tree, members),
    others: filter ? heldSockets(members.filter((pid) => !tree.has(pid))) : [],
    networks: namespaces.size,
  });
}

/** Those of the tree that live and are not in the group: who has ended since it was looked for is in none. */
export function whoLeft(tree: ReadonlySet<number>, members: readonly number[]): readonly number[] {
  const inside = new Set(members);
  return [...tree].filter((pid) => !inside.has(pid) && isRunning(pid));
}

/** False: the socket may not be taken, or is gone. */
function marks(filter: TreeFilter, pid: number, fd: number): boolean {
  try {
    filter.addSocket(pid, fd);
    return true;
  } catch {
    return false;
  }
}
