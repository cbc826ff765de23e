import type { Uplink } from './machine/read-uplink.js';
import type { Obstacle } from './obstacles/obstacle.js';

/** What was found out by trying it. */
export type Probe =
  | { readonly works: true }
  | { readonly works: false; readonly reason: string; readonly cure: string };

/** What was not, as nothing depends on it. */
export const UNTRIED: Probe = { works: false, reason: 'not tried', cure: '' };

/** What this machine lets this user do. */
export type Facts = {
  readonly root: boolean;
  /** Calls of the C library, without which no namespace is made. */
  readonly libc: Probe;
  /** Making a namespace and its links as this user. */
  readonly rights: Probe;
  /** The tools of a veth scope. */
  readonly vethTools: Probe;
  /** Those of user-mode, and of offline for who has not the rights. */
  readonly holderTools: Probe;
  /** sudo without a password. */
  readonly sudo: Probe;
  /** A user namespace, and in it a network namespace. */
  readonly userNamespace: Probe;
  /** The tun device. */
  readonly tun: Probe;
  /** A program that carries a user's packets. */
  readonly transport: Probe;
  /** What keeps a namespace from being what this machine is for the command; looked for where one could be made. */
  readonly obstacles: readonly Obstacle[];
  /** How this machine reaches the outside, found in looking for them. */
  readonly uplink?: Uplink;
};
