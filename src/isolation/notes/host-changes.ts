import type { ChainName, TableName } from '../../linux/netlink/netfilter/command.js';

/** What a run changes on the host that the kernel does not undo by itself. */
export type HostChanges = {
  /** The first of the run's links. */
  readonly link: string;
  /** The host's ends of all of them: sockets that nobody has any more keep them for minutes. */
  readonly links: readonly string[];
  /** Sysctls below /proc/sys/net that were switched on for it. */
  readonly keys: readonly string[];
  /** Chains of others with accept rules for it. */
  readonly chains: readonly ChainName[];
  /** Tables of its own that do not go with their owner. */
  readonly tables: readonly TableName[];
  /** Where they are noted, if they are. */
  readonly note?: string | undefined;
  /** The mark that the processes of the command's tree carry. */
  readonly run?: string | undefined;
  /** The control group that the command's tree may be in. */
  readonly cgroup?: string | undefined;
};
