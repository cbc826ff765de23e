import { NetmeterError } from '../../errors.js';
import { canonicalAddress } from '../../isolation/machine/canonical-address.js';
import { protocolName } from '../../isolation/machine/protocol-name.js';
import type { LimitKeeper, Scope } from '../../isolation/scope.js';
import type { Attempt } from '../../measurement/isolation.js';
import type { CgroupGate } from '../../observe/gate/cgroup-gate.js';
import type { CgroupMeter } from '../../observe/meter/cgroup-meter.js';
import { abortConnections } from './abort-connections.js';

export type GateOptions = {
  /** Without packets being refused the command is ended all the same (--kill). */
  readonly mayLack: boolean;
  /** What the command is held back by, as it was typed. */
  readonly options: readonly string[];
  /** Keeps the gate's list of this machine's addresses. */
  readonly watch?: Disposable | undefined;
};

/** Holds a tree back in place: the gate at its control group, and what netmeter itself does beside it. */
export class TreeGate implements LimitKeeper, Disposable {
  readonly gate: CgroupGate;
  readonly #options: GateOptions;
  #abort: () => void = () => {};

  constructor(gate: CgroupGate, options: GateOptions) {
    this.gate = gate;
    this.#options = options;
  }

  /**
   * @param meter judges packets by the gate's maps, where it could be attached
   * @throws {NetmeterError} SETUP_FAILED: nobody would refuse packets
   */
  guardedBy(meter: CgroupMeter | undefined, scope: Scope): void {
    if (meter) this.#abort = () => abortConnections(meter, scope);
    else if (!this.#options.mayLack)
      throw cannotHold(this.#options.options, 'the programs that refuse packets could not be attached');
  }

  passed(): ('in' | 'out' | 'total')[] {
    const { beyondIn, beyondOut, beyondTotal } = this.gate.spent;
    const beyond = { in: beyondIn, out: beyondOut, total: beyondTotal };
    return (['in', 'out', 'total'] as const).filter((kind) => beyond[kind] > 0n);
  }

  /** Both directions are spent at one place. */
  tighten(): void {}

  /** What is not acknowledged any more would be waited for: the connections are ended. */
  refuse(): void {
    this.gate.refuse();
    this.#abort();
  }

  attempts(): Attempt[] {
    return this.gate.attempts().map(({ address, protocol, port, packets }) => ({
      address: canonicalAddress(address),
      protocol: protocolName(protocol),
      port: port === 0 ? null : port,
      packets,
    }));
  }

  [Symbol.dispose](): void {
    this.#options.watch?.[Symbol.dispose]();
    this.gate[Symbol.dispose]();
  }
}

/** @param options what the command is held back by, as it was typed */
export const cannotHold = (options: readonly string[], reason: string, cause?: unknown) =>
  new NetmeterError('SETUP_FAILED', `${options.join(', ')}: the command cannot be held back in place: ${reason}`, {
    cure: 'It needs root, Linux 5.7 with BPF, and control groups of version 2; a network namespace of its own (veth) needs root alone.',
    ...(cause !== undefined && { cause }),
  });
