import { LinuxError } from '../linux-error.js';
import type { Acknowledgement } from './acknowledgement.js';

/** A request that the kernel refused, with its own words where it has some. */
export class NetlinkError extends LinuxError {
  override readonly name = 'NetlinkError';
  /** Which of the requests that were sent together, counted from 0. */
  readonly index: number;
  /** Where in that request is what the kernel objects to; undefined where it does not say. */
  readonly offset: number | undefined;

  constructor(index: number, { errno, text, offset }: Acknowledgement) {
    super('netlink', errno, text);
    this.index = index;
    this.offset = offset;
  }
}
