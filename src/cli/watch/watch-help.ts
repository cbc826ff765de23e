/** The help of `netmeter watch`. */
export const WATCH_HELP = `Usage: netmeter watch [--cgroup PATH] [--interval TIME] [--out FILE]
                      [--for TIME] [--quiet]
       netmeter watch --report FILE [--json]

Takes the kernel's counters of this machine again and again, and prints what was
added and the total. It needs no privilege. ^C, SIGTERM and SIGHUP are how it
ends: it takes a last sample, prints the total and exits with 0.

  --cgroup PATH    Watch a control group (a service) instead of the machine: as
                   root, exact at its sockets. One that goes and comes back is
                   followed
  --interval TIME  Interval between samples (default 60s)
  --out FILE       Append each sample to FILE as a line of JSON (NDJSON), and go
                   on where it ends: over restarts, reboots, counter resets
  --for TIME       Stop after this time; 0 takes one sample
  -q, --quiet      Print no samples and no total; errors only
  --report FILE    Sum up a file that --out has written; - is stdin
  --json           The report as JSON
  -h, --help       Show this help

In and out are IP bytes as they cross the wire, estimated from /proc, with the
error bound; in a sample, a peak or a day ~ marks an estimate. Loopback is
distinguished. They are those of the network namespace that it runs in. Times
and days are UTC. What is unknown, as the bytes between the last sample and a
reboot, is said and never guessed at.

A control group is counted by programs in the kernel that end with netmeter:
what it moves while no netmeter watches is unknown.

Exit codes:
  0    it was stopped, or --for has passed
  125  it could not start, or read the report's file, or write the last samples

Times: 500ms, 10s, 1h30m; a bare number is seconds.

Examples:
  netmeter watch
  netmeter watch --quiet --out /var/lib/netmeter.ndjson
  netmeter watch --cgroup /system.slice/nginx.service --out nginx.ndjson
  netmeter watch --report /var/lib/netmeter.ndjson
`;
