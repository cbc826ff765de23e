import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { QueueReading } from '../scope.js';
import type { HostPort } from './ports.js';

const TABLE = 'inet netmeter_ports';

/** Rules that count the packets of ports at a namespace's loopback, where they arrive: as many as its device counts. */
export function countingRules(ports: readonly HostPort[]): string {
  const rules = (['tcp', 'udp'] as const).flatMap((protocol) => {
    const numbers = ports.filter((each) => each.protocol === protocol).map(({ port }) => port);
    if (numbers.length === 0) return [];
    const set = `{ ${numbers.join(', ')} }`;
    return [
      `iifname "lo" ${protocol} dport ${set} counter name "to_host"`,
      `iifname "lo" ${protocol} sport ${set} counter name "from_host"`,
    ];
  });
  return [
    `table ${TABLE} {`,
    'counter to_host { }',
    'counter from_host { }',
    // Before fragments are put together.
    'chain arriving { type filter hook prerouting priority -450;',
    ...rules,
    '}',
    '}',
    '',
  ].join('\n');
}

/** Counters of the host's ports inside; a command that takes the table away makes them unknown. */
export class PortCounters {
  readonly #nft: readonly string[];

  private constructor(nft: readonly string[]) {
    this.#nft = nft;
  }

  /** @returns undefined where nft is missing or may not count */
  static async attach(nft: readonly string[], ports: readonly HostPort[]): Promise<PortCounters | undefined> {
    const [file = '', ...rest] = [...nft, '-f', '-'];
    const done = new Promise<boolean>((resolve) => {
      const child = execFile(file, rest, (error) => resolve(error === null));
      child.stdin?.on('error', () => {});
      child.stdin?.end(countingRules(ports));
    });
    return (await done) ? new PortCounters(nft) : undefined;
  }

  async read(): Promise<{ readonly toHost: QueueReading | undefined; readonly fromHost: QueueReading | undefined }> {
    const [file = '', ...rest] = [...this.#nft, '-j', 'list', 'counters', 'table', 'inet', 'netmeter_ports'];
    const text = await promisify(execFile)(file, rest).then(
      ({ stdout }) => stdout,
      () => '',
    );
    return { toHost: parseCounter(text, 'to_host'), fromHost: parseCounter(text, 'from_host') };
  }
}

/** Numbers from the text itself: JSON's would be rounded above 2^53. */
export function parseCounter(json: string, name: string): QueueReading | undefined {
  const counter = new RegExp(`\\{[^{}]*"name": "${name}"[^{}]*\\}`).exec(json)?.[0];
  const packets = /"packets": (\d+)/.exec(counter ?? '')?.[1];
  const bytes = /"bytes": (\d+)/.exec(counter ?? '')?.[1];
  return packets === undefined || bytes === undefined ? undefined : { packets: BigInt(packets), bytes: BigInt(bytes) };
}
