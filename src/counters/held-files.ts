/** The counter files of a namespace that a run reads; those with a 6 are absent where IPv6 is. */
export const COUNTER_FILES = [
  'netstat',
  'snmp',
  'dev',
  'sockstat',
  'tcp',
  'udp',
  'snmp6',
  'sockstat6',
  'tcp6',
  'udp6',
] as const;

export type CounterFile = (typeof COUNTER_FILES)[number];

/** Reads the present text of a kernel file; undefined where the kernel has no such file. */
export type ReadCounterFile = (file: CounterFile) => string | undefined;
