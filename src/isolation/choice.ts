import type { Uplink } from './machine/read-uplink.js';

/**
 * `by`: whose rights make it. `evades`: what the command does not meet there. `because`: why it is not in a namespace,
 * where that was not asked for.
 */
export type Choice =
  | {
      readonly kind: 'veth';
      readonly by: 'root' | 'sudo';
      readonly evades?: readonly string[];
      readonly uplink?: Uplink;
    }
  | { readonly kind: 'user-mode' }
  | { readonly kind: 'host'; readonly by?: 'sudo'; readonly because?: readonly string[] }
  | { readonly kind: 'join'; readonly by?: 'sudo'; readonly netns: string }
  | { readonly kind: 'offline'; readonly by: 'root' | 'user-namespace' };
