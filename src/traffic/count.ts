import type { Method } from '../measurement/method.js';
import type { InOut, Traffic } from '../measurement/traffic.js';

/** Traffic, and how it was counted. */
export type Count = {
  readonly traffic: Traffic;
  readonly method: Method;
  /** Links that carried frames past the queue that counts; absent: none did. */
  readonly past?: readonly PastQueue[];
  /** The queue of loopback has not counted all the time; absent: it has. */
  readonly isLoopbackLost?: true;
  /** Why packets in are computed from bytes alone, or not at all; absent: they were counted. */
  readonly doubt?: Doubt;
  /** Packets, shared with others, that this machine dropped on its way out, behind the wire; absent: none, or it is not known. */
  readonly dropped?: number;
  /** Octets that the command has sent past IP, which are in no number; absent: none were seen. */
  readonly sentPastIp?: number;
  /** What went by devices that are not counted, and may have been the command's; absent: nothing did. */
  readonly beside?: readonly ({ readonly device: string } & InOut<number | null>)[];
  /** Octets of namespaces of the command's own that a program there may have carried, and that are counted twice then; absent: none. */
  readonly nestedUnsure?: number;
  /** What programs of the command's gave this machine by devices, and it may have forwarded; absent: nothing. */
  readonly tunnels?: Tunnels;
};

/** TUN and TAP devices that the command has the other ends of, or may have, and what it took from them (in) and wrote to them (out). */
export type Tunnels = {
  readonly devices: readonly ({
    readonly device: string;
    /** It was a port of a bridge. */
    readonly isBridged: boolean;
    /** False: another's program may have had its other end. */
    readonly isCertain: boolean;
  } & InOut<number | null>)[];
  /** False: there may have been more. */
  readonly isComplete: boolean;
};

/** Octets of frames, at least. `device` is the command's end of the link. */
export type PastQueue = { readonly device: string; readonly octets: number };

/**
 * own-devices: the command has made network devices, and the IP layer's counters are theirs too. loopback-queue: what stayed on
 * loopback cannot be distinguished from what came in. contradiction: the IP layer counted what the queue's bytes cannot be.
 */
export type Doubt = 'own-devices' | 'loopback-queue' | 'contradiction';
