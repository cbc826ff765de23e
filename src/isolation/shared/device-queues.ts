import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { WireReading } from '../scope.js';

const run = promisify(execFile);

/** Long enough for a loaded machine; a tc that hangs must not hold a run for ever. */
const TIMEOUT_MS = 10_000;

/**
 * Reads what the devices' own queues have sent, as `DEVICE.out`; whoever may list devices may read them.
 * @param tc argv of tc, with what enters the devices' namespace before it; none: nothing is known
 */
export async function readDeviceQueues(
  tc: readonly string[] | undefined,
  devices: readonly string[],
): Promise<WireReading> {
  const [file, ...words] = tc ?? [];
  if (file === undefined || devices.length === 0) return {};
  const argv = [...words, '-s', '-j', 'qdisc', 'show'];
  const answer = await run(file, argv, { timeout: TIMEOUT_MS }).catch(() => undefined);
  return answer === undefined ? {} : parseRootQueues(answer.stdout, devices);
}

/** Parses the array of `tc -s -j qdisc show`. A root queue's numbers hold those of the queues below it (mq, htb). */
export function parseRootQueues(text: string, devices: readonly string[]): WireReading {
  // JSON numbers above 2^53 would be rounded; the two that matter are taken from the text.
  const queues = text.split(/(?=\{"kind":)/).filter((queue) => /"root":\s*true/.test(queue));
  return Object.fromEntries(
    queues.flatMap((queue) => {
      const device = /"dev":\s*"([^"]+)"/.exec(queue)?.[1];
      const [bytes, packets] = [/"bytes":\s*(\d+)/, /"packets":\s*(\d+)/].map((count) => count.exec(queue)?.[1]);
      // A device without a queue sends uncounted.
      const isCounted = device !== undefined && devices.includes(device) && !/"kind":\s*"noqueue"/.test(queue);
      if (!isCounted || bytes === undefined || packets === undefined) return [];
      return [[`${device}.out`, { bytes: BigInt(bytes), packets: BigInt(packets) }]];
    }),
  );
}
