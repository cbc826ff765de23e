import { addressText, hasPeer, parseSockets } from '../../counters/connections.js';
import type { Sighting } from './bypass-list.js';

/** The lists of a namespace's Internet sockets: the files' names below /proc/PID/net. */
export const SOCKET_LISTS = ['tcp', 'tcp6', 'udp', 'udp6', 'raw', 'raw6'] as const;
export type SocketList = (typeof SOCKET_LISTS)[number];

/** TCP_LISTEN of <net/tcp_states.h>. */
const LISTENING = '0A';

/**
 * Internet sockets of the tree that belong to netmeter's own namespace: handed down across the start, or passed on later.
 * They go on there, past every counter of the command's namespace; or, where the tree's control group is counted, past its count.
 * @param owners pids of the tree by the inode of a socket that it holds
 */
export function inheritedSockets(
  texts: ReadonlyMap<SocketList, string>,
  owners: ReadonlyMap<string, number>,
): Sighting[] {
  return [...texts].flatMap(([list, text]) => {
    const protocol = list.replace('6', '');
    return parseSockets(text).flatMap((socket): Sighting[] => {
      const pid = owners.get(socket.inode ?? '');
      if (pid === undefined) return [];
      const peer = hasPeer(socket) ? ` to ${addressText(socket.remote)}` : '';
      const what = `${protocol} ${addressText(socket.local)}${peer}${isListener(list, socket.state) ? ', listening' : ''}`;
      return [{ kind: 'inherited-socket', what, service: null, leadsOut: true, pid }];
    });
  });
}

const isListener = (list: SocketList, state: string) => list.startsWith('tcp') && state === LISTENING;
