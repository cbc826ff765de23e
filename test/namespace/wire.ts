import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';
import { once } from '../wait.js';
import { listening } from './listening.js';
import { quieten } from './quiet.js';

const FAR_END = new URL('../../fixtures/programs/far-end.py', import.meta.url).pathname;

/** IP octets and packets that the wire carried, by family and direction as the command sees it. */
type Totals = Record<`${'ipv4' | 'ipv6'}.${'in' | 'out'}`, [octets: number, packets: number]>;

const sh = (command: string) => execFileSync('sh', ['-euc', command], { stdio: ['ignore', 'pipe', 'pipe'] });

/**
 * A wire of the test's own from this host to a server in a namespace of its own. Its offloads are off, so that a capture
 * at the far end sees each packet as it would be on a cable.
 */
export class Wire implements AsyncDisposable {
  readonly ipv4: string;
  readonly ipv6: string;
  /** This host's own addresses on the wire. */
  readonly near4: string;
  readonly near6: string;
  readonly port = 7000;
  readonly namespace: string;
  readonly device: string;
  readonly #server: ChildProcess;
  readonly #lines: Interface;

  private constructor(number: number) {
    this.namespace = `wire-${number}`;
    this.device = `wire${number}`;
    this.ipv4 = `203.0.113.${number * 4 + 2}`;
    this.ipv6 = `fd77:${number}::2`;
    this.near4 = `203.0.113.${number * 4 + 1}`;
    this.near6 = `fd77:${number}::1`;
    this.#make();
    this.#server = spawn('ip', ['netns', 'exec', this.namespace, 'python3', FAR_END, 'far', `${this.port}`], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    if (!this.#server.stdout) throw new Error('the far end has no stdout');
    this.#lines = createInterface({ input: this.#server.stdout });
  }

  /** @param number 0 to 60; two wires at once need two numbers */
  static async lay(number: number): Promise<Wire> {
    const wire = new Wire(number);
    try {
      await once(wire.#lines, 'line');
      return wire;
    } catch (cause) {
      await wire[Symbol.asyncDispose]();
      throw new Error('the far end could not be started', { cause });
    }
  }

  /** Runs a command in the server's namespace. */
  inServer(command: string): void {
    sh(`ip netns exec ${this.namespace} ${command}`);
  }

  /** Whether somebody listens on a TCP port in the server's namespace. */
  listens(port: number): boolean {
    return listening('tcp', this.namespace).some(({ local }) => local.port === port);
  }

  /** What crossed so far. @throws when the capture lost a frame, or saw one larger than the wire's MTU */
  async totals(): Promise<Totals> {
    const answer = once(this.#lines, 'line');
    this.#server.stdin?.write('\n');
    const [line] = (await answer) as [string];
    const { totals, largest, lost } = JSON.parse(line) as { totals: Totals; largest: number; lost: number };
    if (lost > 0 || largest > 1500) throw new Error(`no truth: ${lost} frames lost, the largest had ${largest} bytes`);
    return totals;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#server.exitCode === null && this.#server.signalCode === null) {
      const gone = once(this.#server, 'exit');
      this.#server.kill('SIGKILL');
      await gone;
    }
    sh(`ip netns del ${this.namespace}; ip link del ${this.device} 2>/dev/null || true`);
  }

  #make(): void {
    const { namespace, device, ipv4, ipv6, near4, near6 } = this;
    sh(`
      ip netns add ${namespace}
      ${quieten(namespace)}
      ip link add ${device} type veth peer name far netns ${namespace}
      ethtool -K ${device} tso off gso off gro off tx off >/dev/null 2>&1
      ip netns exec ${namespace} ethtool -K far tso off gso off gro off tx off >/dev/null 2>&1
      ip addr add ${near4}/30 dev ${device}
      ip addr add ${near6}/64 dev ${device} nodad
      ip link set ${device} up
      ip -n ${namespace} addr add ${ipv4}/30 dev far
      ip -n ${namespace} addr add ${ipv6}/64 dev far nodad
      ip -n ${namespace} link set lo up
      ip -n ${namespace} link set far up
    `);
  }
}
