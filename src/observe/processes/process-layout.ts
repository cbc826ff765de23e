import { recordOf } from '../../linux/bpf/record.js';
import { PAYLOAD_CLASSES, type PayloadClass } from '../../measurement/processes.js';

export const WAYS = ['in', 'out'] as const;
export type Way = (typeof WAYS)[number];

type PayloadField = `${PayloadClass}.${Way}`;
const PAYLOAD = PAYLOAD_CLASSES.flatMap((name) => WAYS.map((way): PayloadField => `${name}.${way}`));

/** A process (thread group) from its fork to its end; behind these numbers its name of 16 octets (TASK_COMM_LEN). */
export const PROCESS = recordOf(
  /** Of this process alone, as long as the run is; 0: of all that had no place of their own. */
  'id',
  /** The id of whoever forked it, and its pid. 0: not known. */
  'parent',
  'parentPid',
  'pid',
  /** CLOCK_MONOTONIC, ns. 0: its fork was not seen; it lives. */
  'startedAt',
  'endedAt',
  /** Threads that live. */
  'threads',
  /** Processes that it has forked, without those that have ended and never used the network. */
  'children',
  /** The id of its program, and the same where it has executed that itself and was not forked with it. 0: none. */
  'program',
  'ownProgram',
  /** Whether it, or with id 0 anybody, has used the network. */
  'used',
  /** Connects of TCP. */
  'connects',
  /** How many processes are in the record with id 0. */
  'processes',
  ...PAYLOAD,
);

export const COMM = { at: PROCESS.size, size: 16 } as const;
export const PROCESS_SIZE = PROCESS.size + COMM.size;

/** How much one step of each adds to the place of a payload's first count. */
export const PAYLOAD_AT = PROCESS.at['external.in'];
export const PAYLOAD_STEP = { class: WAYS.length * 8, way: 8 } as const;

/** What a process has executed: how many words there were, how long they were together, and as much of them as has room. */
export const PROGRAM = {
  words: 0,
  /** With the NUL behind each. */
  length: 8,
  /** As the kernel calls the process since. */
  comm: 16,
  file: 32,
  fileSize: 256,
  line: 288,
  lineSize: 3552,
  size: 3840,
} as const;

/** A socket whose addresses are known. The address is IPv6 (IPv4 as mapped, RFC 4291), the port the service's, a number. */
export const SOCKET = { address: 0, port: 16, protocol: 18, side: 20, class: 21, size: 24 } as const;
/** null: whoever connected was forgotten. */
export const SIDES = ['connected', 'accepted', null] as const;
export type Side = (typeof SIDES)[number];

/** A process and a {@link SOCKET}'s remote. */
export const PAIR_KEY = { process: 0, socket: 8, size: 8 + SOCKET.size } as const;
/** What a process has moved with a remote. */
export const PAIR = recordOf('in', 'out', 'connections');

/** What netmeter gives the programs. */
export const CONTROL = recordOf(
  /** netmeter's own thread, as bpf_get_current_pid_tgid() calls it. */
  'own',
  /** 1: what that thread forks is the command, or comes before it. */
  'armed',
  /** 1: sockets by which that thread sends are copied. */
  'probing',
  /** Where struct sock has its protocol. */
  'protocolAt',
);

/** What the programs report to netmeter. */
export const STATE = recordOf(
  /** The last id that was given away. */
  'ids',
  /** The id of the last child of netmeter's. */
  'root',
  /** Processes that have ended, have never used the network, and have no child that has. */
  'idle',
  /** How many pairs, and how many records of processes that have ended, have been made. */
  'pairs',
  'ended',
  /** Forks of the tree that had no room. */
  'lostForks',
  /** 1: a socket that connected had no room. */
  'lostSockets',
);
