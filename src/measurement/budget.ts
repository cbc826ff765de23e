import type { IpOctets } from '../units.js';

/** What can be limited. */
export type LimitKind =
  /** External wire octets. */
  | 'in'
  | 'out'
  | 'total'
  /** Of the busier direction: over the whole run, and of its fastest interval. */
  | 'rate-average'
  | 'rate-peak'
  /** TCP connections with the outside that were answered. */
  | 'connections'
  /** Questions to the command's nameservers. */
  | 'dns-queries'
  /** What stayed inside, counted once, and what met this machine's own addresses, both ways. */
  | 'loopback'
  | 'host-local'
  /** External wire octets, both ways, of the remotes that `subject` stands for. */
  | 'remote'
  /** External payload, both ways, of the processes that `subject` names. */
  | 'process'
  /** External wire octets against those of an earlier run; of `subject`: in, out, total or a remote, both ways. */
  | 'increase';

/** `unmeasured`: what was used is not known well enough to say on which side of the limit it is. */
export type Verdict = 'within' | 'exceeded' | 'unmeasured';

/** One limit, and what was used of it. */
export type JudgedLimit = {
  readonly kind: LimitKind;
  /** What the limit is of, where the kind alone does not say it. */
  readonly subject?: string;
  /** A warning never fails a run; max when absent. */
  readonly level?: 'max' | 'warn';
  /** Of `limit` and `used`; octets when absent. */
  readonly unit?: 'octets' | 'octets/s' | 'count';
  readonly limit: number;
  /** As far as it is certain. */
  readonly used: number | null;
  /**
   * What it was at least and at most, where that is not the same and `used` is one of the two: a certain minimum, or everything
   * that others can have used too. `atMost` is null where nobody knows.
   */
  readonly range?: { readonly atLeast: number; readonly atMost: number | null };
  /** What the earlier run used, of an increase. */
  readonly baseline?: number | null;
  readonly verdict: Verdict;
  /** Why it could not be judged. */
  readonly reason?: string;
  /** What passed beyond a limit that the kernel kept (--enforce); 0: the kernel refused all that was beyond. */
  readonly overshoot?: IpOctets;
};

/** All limits of a run, and what became of it. */
export type JudgedBudget = {
  /** The worst of the limits, warnings left out. */
  readonly verdict: Verdict;
  readonly limits: readonly JudgedLimit[];
  /** netmeter ended the command because of the breach (--kill), or the kernel refused it the network (--enforce). */
  readonly ended: boolean;
  /** The configuration that some of the limits are from. */
  readonly config?: string;
  /** The kernel kept the limits (--enforce). */
  readonly enforced?: true;
};
