import { readdirSync, readlinkSync } from 'node:fs';
import { attempt } from '../../linux/attempt.js';

/** A descriptor of a socket: whose, its number there, and the socket's inode. */
export type HeldSocket = { readonly pid: number; readonly fd: number; readonly inode: number };

/** The sockets that processes hold. Who has ended, or may not be looked into, holds none. */
export const heldSockets = (pids: Iterable<number>): HeldSocket[] =>
  [...pids].flatMap((pid) =>
    (attempt(() => readdirSync(`/proc/${pid}/fd`)) ?? []).flatMap((fd) => {
      const target = attempt(() => readlinkSync(`/proc/${pid}/fd/${fd}`)) ?? '';
      const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
      return inode === undefined ? [] : [{ pid, fd: Number(fd), inode: Number(inode) }];
    }),
  );
