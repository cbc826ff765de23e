import type { EventFormat } from './event-format.js';

/**
 * What is recorded, with the fields that are read of each. The lengths exist since Linux 6.3; a peek is no receive, and
 * what comes from a socket's error queue was never received.
 */
export const TRACED_EVENTS = {
  'sock/sock_send_length': ['sk', 'protocol', 'ret'],
  'sock/sock_recv_length': ['sk', 'protocol', 'ret'],
  'sock/inet_sock_set_state': ['skaddr', 'oldstate', 'newstate', 'sport', 'dport', 'protocol', 'saddr_v6', 'daddr_v6'],
  'task/task_newtask': ['pid', 'clone_flags'],
  'sched/sched_process_exec': ['filename', 'pid', 'old_pid'],
  'sched/sched_process_exit': ['pid'],
  'ftrace/print': ['buf'],
} as const;

export type TracedEvent = keyof typeof TRACED_EVENTS;

/** MSG_PEEK and MSG_ERRQUEUE of <linux/socket.h>. */
const NOT_RECEIVED = 0x2 | 0x2000;
const INTERNET = 'ret > 0 && (family == 2 || family == 10)';

/** Filters that the kernel applies. */
export const EVENT_FILTERS: Readonly<Partial<Record<TracedEvent, string>>> = {
  'sock/sock_send_length': INTERNET,
  'sock/sock_recv_length': `${INTERNET} && !(flags & ${NOT_RECEIVED})`,
};

/** What the kernel says of each event's record. */
export type Formats = Readonly<Record<TracedEvent, EventFormat>>;
