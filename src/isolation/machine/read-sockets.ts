import { readdirSync, readlinkSync } from 'node:fs';

/** Where it is read from; the kernel by default. */
type Source = { readonly list: (folder: string) => readonly string[]; readonly link: (file: string) => string };

const kernel: Source = { list: (folder) => readdirSync(folder), link: (file) => readlinkSync(file) };

/**
 * The inodes of all sockets that processes hold, by the links of /proc/PID/fd; undefined: one of them may not be looked
 * into (another account's, for an ordinary user).
 */
export function socketsOf(pids: readonly number[], source: Source = kernel): ReadonlySet<string> | undefined {
  const sockets = new Set<string>();
  for (const pid of pids) {
    const descriptors = unlessGone(() => source.list(`/proc/${pid}/fd`));
    if (descriptors === 'refused') return undefined;
    for (const descriptor of descriptors ?? []) {
      const target = unlessGone(() => source.link(`/proc/${pid}/fd/${descriptor}`));
      const inode = /^socket:\[(\d+)\]$/.exec(target ?? '')?.[1];
      if (inode !== undefined) sockets.add(inode);
    }
  }
  return sockets;
}

/** Processes end and descriptors are closed while they are looked at: undefined. */
function unlessGone<T>(read: () => T): T | 'refused' | undefined {
  try {
    return read();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'EACCES' || code === 'EPERM' ? 'refused' : undefined;
  }
}
