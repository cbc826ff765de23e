import type { Socket } from 'node:net';
import { NetmeterError } from '../../errors.js';
import { Guardian } from '../../guardian/guardian.js';
import type { Warning } from '../../measurement/measurement.js';
import { answerOf } from '../tools/holders/answer-of.js';
import { findStoppedBelow } from '../tools/holders/find-stopped.js';
import type { Holder } from '../tools/holders/holder.js';
import { LineChannel } from '../tools/holders/line-channel.js';
import { explainRefusal } from './explain-refusal.js';
import { leftChildren } from './left-children.js';
import type { Transport } from './transport.js';
import { TransportRun } from './transport-run.js';

/** It takes a tenth of a second, and a hundred times as long on a busy machine. */
const ATTACH_MS = 30_000;

type Guarded = {
  readonly transport: Transport;
  readonly holder: Holder;
  readonly sh: string;
  /** The run's, by which its processes are known. */
  readonly mark: string;
  /** The folder of the control group that the command's tree may get. */
  readonly cgroup: string | undefined;
};

/** The transport, and beside it the guardian that ends it with netmeter, and with it every process in the namespace. */
export class GuardedTransport {
  readonly #given: Guarded;
  #guardian: Guardian | undefined;
  #run: TransportRun | undefined;
  #endLeft: () => void = () => {};

  constructor(given: Guarded) {
    this.#given = given;
  }

  /**
   * Starts both once the namespace is there, and waits until the transport has attached to its tap.
   * @param prepare what is to be done inside before the tap is there
   * @throws {NetmeterError} MISSING_RIGHTS, SETUP_FAILED
   */
  async start(prepare: () => void): Promise<void> {
    const { transport, holder, sh, mark, cgroup } = this.#given;
    await holder.says('made', explainRefusal);
    const { network: namespace, pid } = holder;
    const beside = [transport.file, ...transport.argumentsFor(pid)];
    const guardian = new Guardian(sh, { run: mark, cgroup, namespace, beside });
    this.#guardian = guardian;
    prepare();
    const run = new TransportRun(transport, new LineChannel(guardian.output as Socket));
    this.#run = run;
    holder.send('go');
    const attached = run.attach(holder.says('ready', tapFailed, ATTACH_MS));
    await answerOf({ pids: [guardian.pid], atMostMs: ATTACH_MS }, attached, (reason) =>
      notAttached(transport.tool, reason, run.complaint),
    );
    if (guardian.pid !== undefined) this.#endLeft = leftChildren(guardian.pid);
  }

  get warnings(): readonly Warning[] {
    return [...(this.#run?.warnings ?? []), ...(this.#guardian?.warnings ?? []), ...this.#stopped()];
  }

  /** It lives, but carries nothing. */
  #stopped(): Warning[] {
    const pid = this.#guardian?.pid;
    if (pid === undefined || findStoppedBelow(pid) === undefined) return [];
    const { tool } = this.#given.transport;
    const message = `${tool} was stopped by a signal, and with it the network: what the command sent since then has not left`;
    return [{ code: 'TRANSPORT_STOPPED', message }];
  }

  unansweredWarnings(): Warning[] {
    return this.#run?.unansweredWarnings() ?? [];
  }

  commandStarted(pid: number): void {
    this.#guardian?.commandStarted(pid);
  }

  /** Its end is expected from now on. */
  leave(): void {
    this.#run?.leave();
  }

  async finish(): Promise<void> {
    await this.#guardian?.finish();
    // Where somebody has killed the guardian, its transport is nobody's any more.
    this.#endLeft();
  }
}

const tapFailed = (complaints: string) => new NetmeterError('SETUP_FAILED', `the tap could not be used: ${complaints}`);

const notAttached = (tool: string, reason: string, complaint: string) =>
  new NetmeterError('SETUP_FAILED', `${tool} did not attach to its tap: ${reason} (it said: ${complaint})`, {
    cure: 'Run it again when the machine is less busy, or as root: sudo netmeter -- COMMAND',
  });
