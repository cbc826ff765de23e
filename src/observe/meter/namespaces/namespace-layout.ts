import type { Btf } from '../../../linux/bpf/btf.js';

/** Where the kernel that runs keeps what a program must know to go through all network namespaces (struct net), in octets. */
export type NamespaceLayout = Readonly<
  Record<
    /** From a task to its namespaces, and from these to its network namespace. */
    | 'taskNamespaces'
    | 'network'
    /** In a network namespace: its place in the list of all, its number (bpf_get_netns_cookie()), and what makes it one. */
    | 'list'
    | 'cookie'
    | 'operations',
    number
  >
>;

/** The types that a layout is made of. */
export const NAMESPACE_TYPES = ['task_struct', 'nsproxy', 'net', 'ns_common'];

/** @returns null where the kernel calls a field otherwise */
export function namespaceLayout(btf: Btf): NamespaceLayout | null {
  try {
    return {
      taskNamespaces: btf.offsetOf('task_struct', 'nsproxy'),
      network: btf.offsetOf('nsproxy', 'net_ns'),
      list: btf.offsetOf('net', 'list'),
      cookie: btf.offsetOf('net', 'net_cookie'),
      operations: btf.offsetOf('net', 'ns') + btf.offsetOf('ns_common', 'ops'),
    };
  } catch {
    return null;
  }
}
