import { cpuUsage } from 'node:process';
import { withForeign } from '../../attribution/bypasses/foreign-namespaces.js';
import type { Boundary } from '../../boundary.js';
import type { Bypasses } from '../../evidence/bypasses/bypasses.js';
import { watchForeignSockets } from '../../evidence/bypasses/foreign-sockets.js';
import type { GroupView } from '../../evidence/bypasses/group-view.js';
import type { TunnelUse } from '../../evidence/tunnels/tunnel-watch.js';
import { networkOf } from '../../isolation/machine/members/namespace-members.js';
import type { Scope } from '../../isolation/scope.js';
import { NetworkNamespace } from '../../linux/namespace.js';
import type { NestedFate } from '../../measurement/method.js';
import type { Bypass } from '../../measurement/remotes.js';
import { milliseconds } from '../../units.js';
import { Later } from './later.js';
import { type TunnelObserver, watchTreesTunnels } from './watch-tunnels.js';

/** Looks before the first sample: most commands are over then. */
const EARLY_MS = [25, 100, 300];
/** Later looks take at most this part of a CPU's time, however big the tree. */
const SHARE = 1 / 25;
/** Where a look takes longer than this, the early ones are left out, and the last where nobody is left. */
const LONG_MS = 50;

/** Looks now and then, while the command's tree lives, for ways out that no counter sees. */
export class BypassWatch implements Disposable {
  readonly #scope: Scope;
  readonly #group: GroupView | undefined;
  readonly #foreign: ReturnType<typeof watchForeignSockets>;
  readonly #tunnels: TunnelObserver | undefined;
  readonly #boundary: Boundary;
  readonly #started = performance.now();
  readonly #early: readonly Later[];
  #bypasses: Bypasses | undefined;
  #looking: Promise<void> | undefined;
  /** How much of our CPU time the last look took (not of the clock's, which a busy machine stretches), and when it was over. */
  #last = { tookMs: 0, at: Number.NEGATIVE_INFINITY };
  #looks = 0;
  #commandEnded = false;

  /**
   * Before the command is started.
   * @param group the tree's control group, where it has one
   */
  constructor(scope: Scope, group: GroupView | undefined, boundary: Boundary) {
    this.#scope = scope;
    this.#group = group;
    this.#foreign = boundary.attemptNow('bypasses', () => this.#watchSockets(group), undefined);
    this.#tunnels = group?.isCounted ? watchTreesTunnels(scope, group, boundary) : undefined;
    this.#boundary = boundary;
    this.#early = EARLY_MS.map((ms) => new Later(ms, () => this.#commandEnded || this.#lookIfShort()));
  }

  /** What was found; null: there was no time for a look, or none succeeded. */
  get found(): readonly Bypass[] | null {
    const looked = this.#bypasses && this.#looks > 0 ? this.#bypasses.found : null;
    const foreign = this.#boundary.attemptNow('bypasses', () => this.#foreign?.found ?? [], []);
    if (foreign.length === 0) return looked;
    return withForeign(looked ?? [], foreign, networkOf('self') ?? '');
  }

  /** How what the command's own namespaces have sent got outside; undefined: none was seen that leads there. */
  get nestedFate(): NestedFate | undefined {
    const foreign = this.#boundary.attemptNow('bypasses', () => this.#foreign?.found ?? [], []);
    const made = foreign.filter(({ isOwn }) => !isOwn).length;
    return this.#bypasses ? this.#bypasses.nestedFate(made) : made > 0 ? 'unknown' : undefined;
  }

  /** What the tree's TUN and TAP devices have moved, when it is over; undefined: their packets are counted, whoever sends them. */
  async tunnels(): Promise<TunnelUse | undefined> {
    return this.#tunnels?.finish();
  }

  /** One look, unless looks take too much of the time. Never rejects. */
  look(): Promise<void> {
    const isDue = performance.now() - this.#last.at >= this.#last.tookMs / SHARE;
    if (isDue) void this.#take();
    return this.#looking ?? Promise.resolve();
  }

  /**
   * A last look at what the command has left; then nothing of ours is inside any more.
   * @param isAlone it has left no process: who is left is looked at, however long that takes
   */
  async atCommandEnd(isAlone: boolean): Promise<void> {
    this.#commandEnded = true;
    await this.#looking;
    if (!isAlone) await this.#take();
    // A command that was over before the first look is not worth the loading.
    else if (this.#bypasses) await this.#lookIfShort();
  }

  [Symbol.dispose](): void {
    for (const each of this.#early) each[Symbol.dispose]();
    this.#foreign?.[Symbol.dispose]();
    this.#tunnels?.[Symbol.dispose]();
    this.#bypasses?.[Symbol.dispose]();
  }

  #watchSockets(group: GroupView | undefined): ReturnType<typeof watchForeignSockets> {
    if (!group) return undefined;
    using namespace = this.#scope.inspect((process) => NetworkNamespace.open(`/proc/${process}/ns/net`));
    return watchForeignSockets(group.fd, namespace);
  }

  #lookIfShort(): Promise<void> {
    if (this.#last.tookMs < LONG_MS) void this.#take();
    return this.#looking ?? Promise.resolve();
  }

  /** One look at a time. */
  #take(): Promise<void> {
    this.#looking ??= this.#boundary
      .attempt('bypasses', () => this.#lookOnce(), undefined)
      .then(() => {
        this.#looking = undefined;
      });
    return this.#looking;
  }

  async #lookOnce(): Promise<void> {
    // Loaded here: it shall not delay the command's start.
    const { Bypasses } = await import('../../evidence/bypasses/bypasses.js');
    const from = performance.now();
    const cpu = cpuUsage();
    this.#bypasses ??= new Bypasses(this.#scope, this.#group);
    const atMs = milliseconds(Math.round(from - this.#started));
    await this.#bypasses.look({ atMs, isLast: this.#commandEnded });
    this.#looks += 1;
    const { user, system } = cpuUsage(cpu);
    this.#last = { tookMs: (user + system) / 1000, at: performance.now() };
  }
}
