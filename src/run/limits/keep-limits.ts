import type { Boundary } from '../../boundary.js';
import { readActivity } from '../../command/read-activity.js';
import type { LimitKeeper } from '../../isolation/scope.js';
import type { MeasureOptions } from '../../measure-options.js';
import type { Sample } from '../../measurement/series.js';
import type { Meter } from '../meter.js';
import type { CommandTree } from '../tree/command-tree.js';
import { BreachEnder } from './end-on-breach.js';
import type { LimitEnforcer } from './enforce-limits.js';
import { judgeRun } from './judge-run.js';
import { leastOctetsSince } from './octets-since.js';
import type { TreeGate } from './tree-gate.js';

type Asked = Pick<MeasureOptions, 'limits' | 'kill' | 'enforce'>;

type Guarded = {
  readonly meter: Meter;
  readonly tree: CommandTree;
  /** Holds the tree back in place. */
  readonly gate: TreeGate | undefined;
  readonly boundary: Boundary;
};

/** Where the kernel keeps the limits. */
type Kept = { readonly keeper: LimitKeeper; readonly enforcer: LimitEnforcer };

/** Ends the command for a breach, where that was asked for: at a sample (kill), or with the kernel's help (enforce). */
export class LimitGuard {
  readonly #ender: BreachEnder;
  readonly #kept: Kept | undefined;
  #watching: Promise<void> | undefined;

  static async open(asked: Asked, { meter, tree, gate, boundary }: Guarded): Promise<LimitGuard> {
    const { limits = {}, kill = false, enforce = false } = asked;
    const judgeNow = async () => {
      const { traffic, method } = await meter.count();
      return judgeRun({ limits }, { external: traffic.external, method, ended: false });
    };
    const watch = { judgeNow, endTree: () => tree.end() };
    const { scope } = meter;
    const refuse = async () => (gate ? gate.refuse() : scope.refuse?.());
    const octets = leastOctetsSince(meter);
    // What the sockets are counted to have moved is judged with what may be off.
    const atLeast = meter.tree ? () => undefined : octets;
    const ender = new BreachEnder({ limits: kill && !enforce ? limits : {}, atLeast, refuse, ...watch });
    const keeper = gate ?? scope.limits;
    if (!enforce || !keeper) return new LimitGuard(ender);
    // Loaded here: only some runs have it.
    const { LimitEnforcer } = await import('./enforce-limits.js');
    const { awaitOwnEnd } = await import('../await-own-end.js');
    const look = () => readActivity(tree.processes());
    const enforcement = { limits, keeper, octets, boundary, ...watch };
    const ownEnd = () => awaitOwnEnd({ look, ...tree.patience });
    return new LimitGuard(ender, { keeper, enforcer: new LimitEnforcer({ ...enforcement, awaitOwnEnd: ownEnd }) });
  }

  private constructor(ender: BreachEnder, kept?: Kept) {
    this.#ender = ender;
    this.#kept = kept;
  }

  /** Limits beyond which the kernel has refused something. */
  passed(): ReturnType<LimitKeeper['passed']> {
    return this.#kept?.keeper.passed() ?? [];
  }

  /** True once the tree was ended for a breach. */
  get ended(): boolean {
    return this.#ender.ended;
  }

  /** What was exceeded for certain when the tree was ended. */
  get breached(): BreachEnder['breached'] {
    return this.#ender.breached;
  }

  commandStarted(): void {
    this.#watching = this.#kept?.enforcer.watch();
  }

  look(sample: Sample): Promise<void> {
    return this.#ender.look(sample);
  }

  /** When nothing of the command's is left. */
  async finish(): Promise<void> {
    this.#kept?.enforcer.stop();
    await this.#watching;
    await this.#ender.finish();
  }
}
