import { readdirSync } from 'node:fs';
import { NetmeterError } from '../errors.js';
import type { Tools } from './find-tools.js';
import { LineProcess } from './line-process.js';
import { ipv4Plan, ipv6Plan, type LinkPlan, linkName, SUBNETS } from './subnet.js';
import { hostLines } from './veth-pair.js';

export type Links = { readonly number: number; readonly plans: readonly LinkPlan[] };

type Wanted = { readonly ipv6: boolean; readonly mtu: number };

const MAX_TRIES = 50;

/** Makes the host's side of a run's links. The interface name is the lock: who could create it has the subnet. */
export class LinkMaker {
  readonly #tools: Tools;
  #ip: LineProcess;

  /** Starts the `ip` at once, so that it is ready when the namespace is. */
  constructor(tools: Tools) {
    this.#tools = tools;
    this.#ip = this.#start();
  }

  /** @throws {NetmeterError} NO_FREE_SUBNET, SETUP_FAILED */
  async make(holderPid: number, wanted: Wanted): Promise<Links> {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const number = chooseNumber();
      const plans = [ipv4Plan(number), ...(wanted.ipv6 ? [ipv6Plan(number)] : [])];
      this.#ip.send(...plans.flatMap((plan) => hostLines(plan, wanted.mtu, holderPid)));
      await this.#ip.finish();
      if (this.#ip.process.exitCode === 0) return { number, plans };
      if (!this.#ip.complaint.includes('File exists')) break;
      this.#ip = this.#start();
    }
    throw new NetmeterError('SETUP_FAILED', `the links could not be made: ${this.#ip.complaint}`);
  }

  /** Ends an `ip` that was never used. */
  end(): void {
    this.#ip.end();
  }

  #start(): LineProcess {
    return new LineProcess(this.#tools.ip, ['-batch', '-']);
  }
}

/** A number at random whose interface does not exist now; two runs that choose the same are told apart by the kernel. */
function chooseNumber(): number {
  const taken = new Set(readdirSync('/sys/class/net'));
  const start = Math.floor(Math.random() * SUBNETS);
  for (let step = 0; step < SUBNETS; step++) {
    const number = (start + step) % SUBNETS;
    if (!taken.has(linkName(number))) return number;
  }
  throw new NetmeterError('NO_FREE_SUBNET', 'all 32768 subnets of 198.18.0.0/15 are taken');
}
