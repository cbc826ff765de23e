/** A socket's address in the kernel without its topmost bits, which all of them share: two live sockets never have the same. */
export type SocketKey = number;

/** An end of a connection. IPv4 addresses are dotted, also those that an IPv6 socket shows as mapped. */
export type Endpoint = { readonly address: string; readonly port: number };

/**
 * One event of the kernel's trace. `at` is nanoseconds on the trace's own clock, `tid` the thread in whose name the kernel
 * recorded it: what an interrupt did stands under the thread that it interrupted.
 */
export type TraceEvent =
  /** A send or receive returned `bytes` of payload. */
  | Event<'moved', { way: 'in' | 'out'; socket: SocketKey; protocol: number; bytes: number }>
  /** A socket went from one state of <net/tcp_states.h> to another. */
  | Event<
      'turned',
      { socket: SocketKey; protocol: number; from: number; to: number; local: Endpoint; remote: Endpoint }
    >
  | Event<'forked', { child: number; isThread: boolean }>
  /** The process got another program; the executing thread takes the process's number, `wasTid` is the one it had. */
  | Event<'executed', { wasTid: number; file: string }>
  | Event<'exited', object>
  /** netmeter's own mark. */
  | Event<'marked', { text: string }>;

type Event<Kind extends string, Facts> = Readonly<{ kind: Kind; at: number; tid: number } & Facts>;

/** netmeter's mark that stands behind the command's fork. */
export const COMMAND_MARK = 'command';
