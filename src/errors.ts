/**
 * Every way in which netmeter itself can fail. The message says what happened, the cure what to do about it.
 * All of them end the command with status 125, except the two of the command's own start (126, 127).
 */
const cures = {
  USAGE: "Try 'netmeter --help'.",
  COMMAND_NOT_FOUND: 'Check the spelling and PATH.',
  COMMAND_NOT_EXECUTABLE: 'Check the file and its permissions (chmod +x).',
  UNKNOWN_USER: 'Give a name from the user database, or numbers: --user UID:GID.',
  MISSING_TOOLS: 'Install the packages named above.',
  MISSING_LIBC:
    'Install netmeter with its optional packages (npm install --include=optional); --isolation host needs none.',
  MISSING_RIGHTS: 'Run it as root: sudo netmeter -- COMMAND.',
  PORT_TAKEN: 'Choose another port, or end what listens there (ss -lntup shows it).',
  NO_ISOLATION: 'See netmeter doctor, or measure the whole machine: --isolation host.',
  NO_FREE_SUBNET: 'Too many runs at once, or 198.18.0.0/15 is in use on this host: end some.',
  NO_SUCH_NAMESPACE: "See 'ip netns', or give the path of a namespace file.",
  NO_SUCH_PROCESS: 'Give the pid of a running process.',
  NO_SUCH_CGROUP: 'Give its path as /proc/PID/cgroup has it behind 0::, or below the mount of cgroup2.',
  NO_METER: "Run it as root, with a kernel that has BPF; see 'netmeter doctor'.",
  FORWARDING_BLOCKED: 'Accept the namespace in the firewall that drops it.',
  SETUP_FAILED: 'Run again with the same command; if it fails again, report the message above.',
  MALFORMED_KERNEL_FILE: 'Report the kernel version (uname -r) together with the file named above.',
  UNMEASURABLE: 'A budget needs a number; see the warnings for what took it away.',
  REPORT_NOT_WRITTEN: 'Choose another path.',
  COUNTERS_UNREADABLE: 'netmeter watch needs Linux with /proc mounted; see proc(5).',
  WATCH_FILE_BUSY: 'Stop the other one, or give this one a file of its own.',
  WATCH_FILE_FOREIGN: 'Give a file that netmeter watch has written, or the name of a new one.',
  WATCH_FILE_FAILED: 'Check that the file exists, or its folder, and your permissions.',
  REPORT_UNREADABLE: 'Give a JSON report of netmeter: --report FILE.json or --save-baseline FILE.json writes one.',
  INCOMPARABLE: 'Compare runs of one command in one kind of isolation.',
  PREPARE_FAILED: 'Correct it, or run it by hand to see why.',
  CONFIG: 'Correct it there.',
  INTERRUPTED: 'The run was stopped before the command started.',
} as const;

/** What went wrong, for programs; each has a cure. */
export type ErrorCode = keyof typeof cures;

/** An expected failure: a closed code, a message for people, and its cure. */
export class NetmeterError extends Error {
  override readonly name = 'NetmeterError';
  readonly code: ErrorCode;
  readonly cure: string;

  constructor(code: ErrorCode, message: string, options: { cure?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.cure = options.cure ?? cures[code];
  }
}

/** For who may open too few files. */
export const FEW_FILES_CURE = 'Raise the limit of open files: ulimit -n 1024.';
