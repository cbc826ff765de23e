import type { Method, Traffic } from '../measurement/traffic.js';

/** Traffic, and how it was counted. */
export type Count = {
  readonly traffic: Traffic;
  readonly method: Method;
  /** Links that carried frames past the queue that counts; absent: none did. */
  readonly past?: readonly PastQueue[];
  /** Packets, of everybody, that this machine dropped on its way out, behind the wire; absent: none, or it is not known. */
  readonly dropped?: number;
  /** Octets that the command has sent past IP, which are in no number; absent: none were seen. */
  readonly sentPastIp?: number;
};

/** Octets of frames, at least. `device` is the command's end of the link. */
export type PastQueue = { readonly device: string; readonly octets: number };
