import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { Measurement } from '../../src/measurement/measurement.js';
import { type Ended, NETMETER, program, runToEnd } from '../netmeter.js';
import { once } from '../wait.js';
import { quieten } from './quiet.js';

type Totals = Record<string, [octets: number, packets: number]>;

const sh = (command: string) => execFileSync('sh', ['-euc', command], { stdio: ['ignore', 'pipe', 'pipe'] });

/**
 * A machine of the test's own, in a namespace, whose one network card is a wire to a server. A router between them does
 * what a card does: it merges the server's single frames into GSO packets for the machine, and splits the machine's.
 */
export class Machine implements AsyncDisposable {
  readonly name: string;
  readonly far4: string;
  readonly far6: string;
  /** The router silently drops what is sent there: it never reaches the far end. */
  readonly nowhere6: string;
  /** The machine's own. */
  readonly near4 = '198.51.100.1';
  readonly near6: string;
  readonly port = 7000;
  readonly #server: ChildProcess;
  readonly #lines: Interface;

  private constructor(number: number) {
    this.name = `machine-${number}`;
    this.far4 = `203.0.113.${number * 4 + 2}`;
    this.far6 = `fd78:${number}::2`;
    const near6 = `fd79:${number}`;
    this.near6 = `${near6}::1`;
    this.nowhere6 = `fd7a:${number}::1`;
    // No packets of the wire's own: neighbours are written down, and nothing is announced. And none is lost between the
    // capture and the machine: less than the router's ring of 256 packets is in flight.
    sh(`
      for ns in ${this.name} ${this.name}-router ${this.name}-far; do
        ip netns add $ns
        ${quieten('$ns')}
        ip netns exec $ns sysctl -qw net.ipv4.tcp_wmem='4096 65536 200000'
        ip -n $ns link set lo up
      done
      wire() { # NAMESPACE DEVICE V4 V6 NAMESPACE DEVICE V4 V6
        ip -n $1 link add $2 address 02:00:00:00:00:01 type veth peer name $6 address 02:00:00:00:00:02 netns $5
        end $1 $2 $3 $4 $7 $8 02:00:00:00:00:02
        end $5 $6 $7 $8 $3 $4 02:00:00:00:00:01
      }
      end() { # NAMESPACE DEVICE V4 V6 PEER4 PEER6 MAC
        ip -n $1 link set $2 addrgenmode none multicast off
        ip -n $1 addr add $3/30 dev $2; ip -n $1 addr add $4/64 dev $2 nodad
        ip -n $1 neigh add $5 lladdr $7 dev $2; ip -n $1 neigh add $6 lladdr $7 dev $2
        ip -n $1 link set $2 up
      }
      wire ${this.name} card0 ${this.near4} ${this.near6} ${this.name}-router near 198.51.100.2 ${near6}::2
      wire ${this.name}-router out 203.0.113.${number * 4 + 1} fd78:${number}::1 ${this.name}-far far ${this.far4} ${this.far6}
      ip netns exec ${this.name}-router ethtool -K out tso off gso off gro on tx off >/dev/null 2>&1
      ip netns exec ${this.name}-far ethtool -K far tso off gso off gro off tx off >/dev/null 2>&1
      ip netns exec ${this.name}-router sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
      ip -n ${this.name}-router route add blackhole ${this.nowhere6}/128
      ip -n ${this.name} route add default via 198.51.100.2
      ip -n ${this.name} route add ::/0 via ${near6}::2
      ip -n ${this.name}-far route add default via 203.0.113.${number * 4 + 1}
      ip -n ${this.name}-far route add ::/0 via fd78:${number}::1
    `);
    this.#server = spawn(
      'ip',
      ['netns', 'exec', `${this.name}-far`, 'python3', program('far-end.py'), 'far', `${this.port}`],
      { stdio: ['pipe', 'pipe', 'inherit'] },
    );
    if (!this.#server.stdout) throw new Error('the far end has no stdout');
    this.#lines = createInterface({ input: this.#server.stdout });
  }

  static async build(number: number): Promise<Machine> {
    const machine = new Machine(number);
    try {
      await once(machine.#lines, 'line');
      return machine;
    } catch (cause) {
      await machine[Symbol.asyncDispose]();
      throw new Error('the far end could not be started', { cause });
    }
  }

  /** Runs shell lines beside the machine, as root of the test's host. */
  shell(lines: string): void {
    sh(lines);
  }

  /** Runs a program on the machine. */
  run(file: string, words: readonly string[]): Promise<Ended> {
    return runToEnd('ip', ['netns', 'exec', this.name, file, ...words]);
  }

  /** Starts a program on the machine. */
  start(file: string, words: readonly string[]): ChildProcess {
    return spawn('ip', ['netns', 'exec', this.name, file, ...words], { stdio: ['pipe', 'pipe', 'inherit'] });
  }

  /**
   * Measures a shell line with netmeter on the machine.
   * @param enter argv that starts netmeter
   */
  async measure(
    script: string,
    options: readonly string[] = ['--isolation', 'host'],
    enter: readonly string[] = [],
  ): Promise<Ended & { report: Measurement }> {
    const folder = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
    try {
      const file = join(folder, 'report.json');
      const words = [NETMETER, ...options, '--report', file, '--', 'sh', '-euc', script];
      const [program = '', ...rest] = [...enter, process.execPath, ...words];
      const ended = await this.run(program, rest);
      return { ...ended, report: JSON.parse(readFileSync(file, 'utf8')) as Measurement };
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  /** What crossed so far. @throws when the capture has lost a frame since it was asked last, or seen one larger than the wire's MTU */
  async totals(): Promise<Totals> {
    const { totals, largest, lost } = await this.#ask();
    if (lost > 0 || largest > 1500) throw new Error(`no truth: ${lost} frames lost, the largest had ${largest} bytes`);
    return totals;
  }

  /** Begins anew after a flood that no test counts, of which the capture may have lost some. */
  async forgetLost(): Promise<void> {
    await this.#ask();
  }

  async #ask() {
    const answer = once(this.#lines, 'line');
    this.#server.stdin?.write('\n');
    const [line] = (await answer) as [string];
    return JSON.parse(line) as { totals: Totals; largest: number; lost: number };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#server.exitCode === null && this.#server.signalCode === null) {
      const gone = once(this.#server, 'exit');
      this.#server.kill('SIGKILL');
      await gone;
    }
    for (const end of ['', '-router', '-far']) sh(`ip netns del ${this.name}${end}`);
  }
}
