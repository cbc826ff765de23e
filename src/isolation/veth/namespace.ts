import { NetmeterError } from '../../errors.js';
import { namespaceMembers } from '../machine/namespace-members.js';
import { Exempted } from '../tools/exempted.js';
import type { Tools } from '../tools/find-tools.js';
import { joined } from '../tools/line-channel.js';
import type { Guardian } from './guardian.js';

/** A network namespace without a name, kept by its holder process and by whoever holds its files open. */
export class Namespace {
  readonly pid: number;
  readonly #guardian: Guardian;
  readonly #own: Exempted;
  readonly #entered: readonly string[];

  private constructor(guardian: Guardian, own: readonly [number, number], hasMounts: boolean) {
    this.#guardian = guardian;
    // The holder and its tc: inside, but not the command's.
    this.#own = new Exempted(own);
    this.pid = own[0];
    this.#entered = hasMounts ? ['--net', '--mount', '--root', '--wd'] : ['--net'];
  }

  /** Resolves when the guardian's holder is in its own namespace. @throws {NetmeterError} SETUP_FAILED */
  static async ready(guardian: Guardian, hasMounts: boolean): Promise<Namespace> {
    const pid = await guardian.holderPid();
    const said: string[] = [];
    for (;;) {
      const line = await guardian.helpers.holder.nextLine();
      const counter = /^ready (\d+)$/.exec(line ?? '')?.[1];
      if (counter) return new Namespace(guardian, [pid, Number(counter)], hasMounts);
      if (line === undefined) throw setupFailed('a network namespace could not be made', said);
      said.push(line);
    }
  }

  /** Runs `ip -batch` lines inside; the `ip` is already waiting for them. */
  async configure(lines: readonly string[]): Promise<void> {
    const ip = this.#guardian.helpers.innerIp;
    ip.send(...lines);
    ip.end();
    const { before, end } = await ip.linesUntil('ok', 'failed');
    if (end !== 'ok') throw setupFailed('the links inside the namespace could not be configured', before);
  }

  /** argv that runs what follows it inside. */
  enter(tools: Pick<Tools, 'nsenter'>): string[] {
    return [tools.nsenter, '--target', `${this.pid}`, ...this.#entered, '--'];
  }

  /** Processes of the namespace, netmeter's own excepted. */
  members(): number[] {
    return namespaceMembers(this.pid, this.#own.pids);
  }

  /** One more of netmeter's own, until it is disposed of. */
  exempt(pid: number): Disposable {
    return this.#own.add(pid);
  }
}

const setupFailed = (what: string, said: readonly string[]) =>
  new NetmeterError('SETUP_FAILED', `${what}: ${joined(said) || 'no reason given'}`);
