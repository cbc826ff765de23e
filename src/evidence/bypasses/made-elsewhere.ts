import { CgroupView } from '../../linux/cgroup/cgroup-view.js';
import { type ListedSocket, socketsIn } from '../list-sockets.js';

/**
 * Inodes of the sockets, in a process' network namespace, that were made outside of a control group: whoever holds them, their
 * packets are counted to their maker's, and not there. What stays on loopback is left out, and so is what the kernel gives no group.
 */
export function madeElsewhere(folder: string, pid: number): ReadonlySet<string> {
  const group = CgroupView.open(folder);
  try {
    const ids = group.ids();
    const others = socketsIn(pid).filter((socket) => socket.group !== undefined && !ids.has(socket.group));
    return new Set(others.filter(leadsOut).map(({ inode }) => `${inode}`));
  } finally {
    group.close();
  }
}

/** False for a connection that stays on loopback. */
export const leadsOut = ({ remote }: Pick<ListedSocket, 'remote'>) => !/^(::ffff:)?127\.|^::1$/.test(remote.address);
