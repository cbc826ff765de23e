import type { QueueReading } from '../scope.js';
import type { LineChannel } from '../tools/line-channel.js';
import { type QueueShape, queueLines } from './queue-lines.js';

/** Puts a counting queue on devices and reads it, through one `tc -s -j -batch -` that lives in the devices' namespace. */
export class QueueCounters {
  readonly #tc: LineChannel;
  #last: Promise<unknown> = Promise.resolve();

  constructor(tc: LineChannel) {
    this.#tc = tc;
  }

  /** Attaches a queue to each device. Where the kernel refuses it reads as undefined, and /proc must do. */
  attach(
    devices: readonly string[],
    shapeOf: (device: string) => QueueShape | undefined = () => undefined,
  ): Promise<(QueueReading | undefined)[]> {
    this.#tc.send(...devices.flatMap((device) => queueLines(device, shapeOf(device))));
    return this.read(devices);
  }

  /** The queues' counters; undefined for a device whose queue is gone or no longer ours. */
  read(devices: readonly string[]): Promise<(QueueReading | undefined)[]> {
    const reading = this.#last.then(() => this.#exchange(devices));
    this.#last = reading.catch(() => {});
    return reading;
  }

  async #exchange(devices: readonly string[]): Promise<(QueueReading | undefined)[]> {
    this.#tc.send(...devices.map((device) => `qdisc show dev ${device}`));
    const readings: (QueueReading | undefined)[] = [];
    for (const _ of devices) readings.push(parseQueue(await this.#nextAnswer()));
    return readings;
  }

  /** An answer is a JSON array on one line; anything else is a complaint. */
  async #nextAnswer(): Promise<string | undefined> {
    for (;;) {
      const line = await this.#tc.nextLine();
      if (line === undefined || line.startsWith('[')) return line;
    }
  }
}

/** Parses one answer of `tc -s -j qdisc show`: an array on one line. */
export function parseQueue(line: string | undefined): QueueReading | undefined {
  if (line === undefined) return undefined;
  // JSON numbers above 2^53 would be rounded; the two that matter are taken from the text.
  const queue = /\{[^{}]*"handle":\s*"6e6d:"(?:[^{}]|\{[^{}]*\})*\}/.exec(line)?.[0];
  const bytes = /"bytes":\s*(\d+)/.exec(queue ?? '')?.[1];
  const packets = /"packets":\s*(\d+)/.exec(queue ?? '')?.[1];
  return bytes === undefined || packets === undefined ? undefined : { bytes: BigInt(bytes), packets: BigInt(packets) };
}
