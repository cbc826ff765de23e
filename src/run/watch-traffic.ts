import type { Devices } from '../counters/dev.js';
import type { HeldCounterFiles } from '../counters/take-held-files.js';
import { takeDeviceSample } from '../counters/take-snapshot.js';
import type { VethScope, WireReading } from '../isolation/veth-scope.js';
import type { Sample } from '../measurement.js';
import { addSample, noSamples, type Samples } from '../series/series.js';
import { ipOctets, type Milliseconds, milliseconds } from '../units.js';

const ETHERNET_HEADER = 14n;

/** Samples the traffic while the command runs. */
export class TrafficWatch implements Disposable {
  readonly #scope: VethScope;
  readonly #files: HeldCounterFiles;
  readonly #started: number;
  readonly #timer: NodeJS.Timeout;
  readonly #onSample: (sample: Sample) => Promise<void>;
  #samples: Samples;
  #busy = false;

  constructor(
    scope: VethScope,
    files: HeldCounterFiles,
    interval: Milliseconds,
    onSample: (sample: Sample) => Promise<void>,
  ) {
    this.#scope = scope;
    this.#files = files;
    this.#started = performance.now();
    this.#onSample = onSample;
    this.#samples = noSamples(interval);
    // A sample that fails is left out; the run's numbers are those of its end.
    this.#timer = setInterval(() => this.#take().catch(() => {}), interval);
  }

  get samples(): Samples {
    return this.#samples;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  async #take(): Promise<void> {
    // A sample that is late, because the machine is busy, must not make the next one late too.
    if (this.#busy) return;
    this.#busy = true;
    try {
      const atMs = milliseconds(Math.round(performance.now() - this.#started));
      const devices = takeDeviceSample(this.#files);
      const octets = externalOctets(await this.#scope.readWire(), devices);
      if (octets) {
        this.#samples = addSample(this.#samples, { atMs, ...octets });
        await this.#onSample({ atMs, ...octets });
      }
    } finally {
      this.#busy = false;
    }
  }
}

/** Wire octets so far. Where an uplink hides segments from the queue this is up to 1 % high; the final count is not. */
function externalOctets(wire: WireReading, devices: Devices) {
  const families = [
    { queues: wire.ipv4, link: devices['nm4'] },
    ...(wire.ipv6 ? [{ queues: wire.ipv6, link: devices['nm6'] }] : []),
  ];
  let octetsIn = 0n;
  let octetsOut = 0n;
  for (const { queues, link } of families) {
    if (!queues.in || !queues.out) return undefined;
    const packetsIn = link?.['rxPackets'] ?? 0n;
    octetsIn += queues.in.bytes - ETHERNET_HEADER * (packetsIn > queues.in.packets ? packetsIn : queues.in.packets);
    octetsOut += queues.out.bytes - ETHERNET_HEADER * queues.out.packets;
  }
  return { in: ipOctets(Number(octetsIn)), out: ipOctets(Number(octetsOut)) };
}
