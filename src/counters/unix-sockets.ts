/** A socket of /proc/PID/net/unix, which lists those of one network namespace. */
export type UnixSocket = {
  /** Undefined: the end of a connection that nobody has accepted yet. */
  readonly inode: string | undefined;
  readonly type: 'stream' | 'datagram' | 'packet';
  readonly state: 'listening' | 'connected' | 'other';
  /** As it was bound; an abstract name begins with `@`. Undefined: it has none. */
  readonly path: string | undefined;
};

const LINE = /^[0-9a-f]+: [0-9A-F]+ [0-9A-F]+ ([0-9A-F]+) ([0-9A-F]{4}) (\d\d) +(\d+)(?: (.+))?$/;
const TYPES: Readonly<Record<string, UnixSocket['type']>> = { '0001': 'stream', '0002': 'datagram', '0005': 'packet' };
/** __SO_ACCEPTCON of <linux/net.h>. */
const ACCEPTS = 0x10000;

/**
 * Parses /proc/PID/net/unix (unix_seq_show(), net/unix/af_unix.c). The kernel does not escape paths: what follows a
 * line break in one is no line of its own, and is left out.
 */
export function parseUnixSockets(text: string): UnixSocket[] {
  return text.split('\n').flatMap((line) => {
    const [, flags = '', kind = '', state = '', inode, path] = LINE.exec(line) ?? [];
    const type = TYPES[kind];
    if (type === undefined) return [];
    const isListening = (Number.parseInt(flags, 16) & ACCEPTS) !== 0;
    return [
      {
        inode: inode === '0' ? undefined : inode,
        type,
        state: isListening ? 'listening' : CONNECTED.has(state) ? 'connected' : 'other',
        path,
      },
    ];
  });
}

/** SS_CONNECTED, and SS_CONNECTING: the kernel's word for a connection that waits to be accepted. */
const CONNECTED = new Set(['02', '03']);
