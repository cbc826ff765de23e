import { closeSync } from 'node:fs';
import { watchDescriptor } from '../libc.js';
import { isErrno } from '../linux-error.js';
import { join, openDescriptor, receive } from './descriptor.js';
import { decodeMessages, type ReceivedMessage } from './message.js';

/** What has happened, or that some of it was lost, so that whoever keeps a state must list it anew. */
export type NetlinkEvents = { readonly messages: readonly ReceivedMessage[]; readonly lost: boolean };

/** Ends with its disposal. */
export type Listening = Disposable & {
  /** Hears now of what has happened, without waiting for the event loop's turn. */
  readonly drain: () => void;
};

const BUFFER = 64 << 10;

/**
 * Calls `listener` from the event loop for what happens in the network namespace that the calling thread is in now, until
 * disposed of.
 * @param groups multicast groups, by number: RTNLGRP_, SKNLGRP_, NFNLGRP_
 * @param options.unref true: it does not keep the process alive
 * @throws {LinuxError} socket: EPROTONOSUPPORT; setsockopt: EPERM for a group, EINVAL there is none of this number
 */
export function listenTo(
  protocol: number,
  groups: readonly number[],
  listener: (events: NetlinkEvents) => void,
  options: { readonly unref?: boolean } = {},
): Listening {
  return listenOn(openDescriptor(protocol), groups, listener, options);
}

/**
 * The same, of a socket that was opened elsewhere, perhaps in another namespace, and of which nothing was asked before.
 * @param fd is closed with the subscription, and on failure
 * @throws {LinuxError} setsockopt: EPERM for a group, EINVAL there is none of this number
 */
export function listenOn(
  fd: number,
  groups: readonly number[],
  listener: (events: NetlinkEvents) => void,
  options: { readonly unref?: boolean } = {},
): Listening {
  try {
    join(fd, groups);
    return new Subscription(fd, listener, options);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

class Subscription implements Listening {
  readonly #fd: number;
  readonly #buffer = Buffer.allocUnsafeSlow(BUFFER);
  readonly #listener: (events: NetlinkEvents) => void;
  #watch: Disposable | undefined;

  constructor(fd: number, listener: (events: NetlinkEvents) => void, options: { readonly unref?: boolean }) {
    this.#fd = fd;
    this.#listener = listener;
    this.#watch = watchDescriptor(fd, () => this.drain(), options);
  }

  drain(): void {
    while (this.#watch) {
      const events = this.#next();
      if (!events) return;
      this.#listener(events);
    }
  }

  #next(): NetlinkEvents | undefined {
    try {
      const datagram = receive(this.#fd, this.#buffer);
      return datagram && { messages: decodeMessages(datagram), lost: false };
    } catch (error) {
      if (isErrno(error, 'ENOBUFS', 'EMSGSIZE')) return { messages: [], lost: true };
      throw error;
    }
  }

  [Symbol.dispose](): void {
    if (!this.#watch) return;
    this.#watch[Symbol.dispose]();
    this.#watch = undefined;
    closeSync(this.#fd);
  }
}
