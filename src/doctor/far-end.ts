import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readlinkSync } from 'node:fs';
import { execPath } from 'node:process';
import { createInterface, type Interface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { requireTools } from '../isolation/tools/programs/find-tools.js';
import { SERVER } from './programs.js';
import type { WireCounters } from './true-octets.js';

type Family = keyof typeof ADDRESSES;

const tool = (name: 'ip' | 'unshare' | 'nsenter' | 'setpriv' | 'taskset') => requireTools([name])[name];

/** Runs `ip -batch` lines, inside a namespace or here. */
async function batch(enter: readonly string[] | undefined, lines: readonly string[]): Promise<void> {
  const [file = '', ...words] = [...(enter ?? []), tool('ip'), '-batch', '-'];
  const { execa } = await import('execa');
  await execa(file, words, { input: `${lines.join('\n')}\n` });
}

const DEVICE = 'doctor0';
const FAR_DEVICE = 'far0';
const MAC = { near: '02:6e:6d:64:00:01', far: '02:6e:6d:64:00:02' } as const;

/** Addresses for documentation (RFC 5737, RFC 4193), which nobody routes. */
const ADDRESSES = {
  ipv4: { near: '198.51.100.1', far: '198.51.100.2', prefix: 30, any: '0.0.0.0' },
  ipv6: { near: 'fd6e:6574:6d66::1', far: 'fd6e:6574:6d66::2', prefix: 126, any: '::' },
} as const;

const PORT = 7000;

/** Both ends on one CPU: on two, a wire without delay reorders, and what is retransmitted is no known number. */
const oneCpu = () => [
  '--cpu-list',
  /^Cpus_allowed_list:\s*(\d+)/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1] ?? '0',
];

/**
 * A wire of netmeter's own: a namespace with a server at its other end. Needs root; all of it goes with the server.
 * With `machine`, this end is in a namespace too, where the wire is the only way out.
 */
export class FarEnd implements AsyncDisposable {
  readonly address: string;
  readonly port = PORT;
  readonly #server: ChildProcess;
  readonly #machine: ChildProcess | undefined;
  readonly #lines: Interface;

  static async open(family: Family, options: { readonly machine: boolean }): Promise<FarEnd> {
    const inNamespace = (...words: string[]) =>
      spawn(
        tool('taskset'),
        [...oneCpu(), tool('setpriv'), '--pdeathsig', 'KILL', tool('unshare'), '--net', ...words],
        {
          stdio: ['pipe', 'pipe', 'inherit'],
        },
      );
    const server = inNamespace(execPath, '-e', SERVER, ADDRESSES[family].any, `${PORT}`);
    const end = new FarEnd(ADDRESSES[family].far, server, options.machine ? inNamespace('cat') : undefined);
    try {
      await Promise.all([once(end.#lines, 'line'), end.#machine && inItsOwn(end.#machine.pid)]);
      await end.#lay(family);
      return end;
    } catch (error) {
      await end[Symbol.asyncDispose]();
      throw error;
    }
  }

  private constructor(address: string, server: ChildProcess, machine: ChildProcess | undefined) {
    this.address = address;
    this.#server = server;
    this.#machine = machine;
    if (!server.stdout) throw new Error('the far end has no output');
    this.#lines = createInterface({ input: server.stdout });
  }

  /** argv that runs what follows it at this end, on the far end's CPU. */
  get here(): readonly string[] {
    return [tool('taskset'), ...oneCpu(), ...(this.#machine ? this.#inside(this.#machine) : [])];
  }

  counters(): WireCounters {
    const read = (pid: number | undefined, device: string) => ({
      device,
      text: readFileSync(`/proc/${pid ?? 'self'}/net/dev`, 'latin1'),
    });
    return { far: read(this.#server.pid, FAR_DEVICE), near: read(this.#machine?.pid, DEVICE) };
  }

  /**
   * The links, without any packets of their own: neighbours are written down, and there is no multicast. Each frame is
   * one segment, segmented before the wire, so that a device's counters are those of a cable.
   */
  async #lay(family: Family): Promise<void> {
    const { near, far, prefix } = ADDRESSES[family];
    const machine = this.#machine ? this.#inside(this.#machine) : undefined;
    const lines = (device: string, own: string, peer: string, peerMac: string) => [
      `link set ${device} addrgenmode none multicast off arp off gso_max_segs 1`,
      `addr add ${own}/${prefix} dev ${device}${family === 'ipv6' ? ' nodad' : ''}`,
      `neigh add ${peer} lladdr ${peerMac} dev ${device} nud permanent`,
      `link set ${device} up`,
    ];
    await batch(machine, [
      `link add ${DEVICE} address ${MAC.near} type veth peer name ${FAR_DEVICE} address ${MAC.far} netns ${this.#server.pid}`,
    ]);
    await batch(this.#inside(this.#server), lines(FAR_DEVICE, far, near, MAC.near));
    const route = machine ? [`route add default via ${far}`] : [];
    await batch(machine, [...lines(DEVICE, near, far, MAC.far), ...route]);
  }

  #inside({ pid }: ChildProcess): string[] {
    return [tool('nsenter'), '--target', `${pid}`, '--net', '--'];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // By itself it would go some time after its namespace.
    if (!this.#machine) await batch(undefined, [`link del ${DEVICE}`]).catch(() => {});
    for (const child of [this.#server, this.#machine]) {
      if (!child || child.exitCode !== null || child.signalCode !== null) continue;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    }
  }
}

async function inItsOwn(pid: number | undefined): Promise<void> {
  const namespaceOf = (of: string) => readlinkSync(`/proc/${of}/ns/net`);
  while (namespaceOf('self') === namespaceOf(`${pid}`)) await pause(2);
}
