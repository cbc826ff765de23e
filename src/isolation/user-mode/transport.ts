import { NetmeterError } from '../../errors.js';
import type { PublishedPort } from '../ports/ports.js';
import { lookFor } from '../tools/programs/find-tools.js';
import { pastaArguments, pastaTap } from './pasta-arguments.js';
import { slirpArguments, slirpTap } from './slirp4netns-arguments.js';
import type { TapPlan } from './tap-plan.js';

/** A program of the user's that carries the packets of a tap to the outside, over sockets of its own. */
export type Transport = {
  readonly tool: 'pasta' | 'slirp4netns';
  readonly file: string;
  readonly tap: TapPlan;
  /**
   * Whose hardware addresses are asked for when it has attached, before anything is counted: slirp4netns asks for the
   * namespace's before its first packet, unless it was asked for its own before.
   */
  readonly ask: readonly string[];
  /** Arguments that attach it to the namespaces of a process. */
  argumentsFor(pid: number): readonly string[];
};

export type TransportPlan = {
  readonly mtu: number;
  readonly ipv6: boolean;
  /** Where to take addresses from on a host without a default route. */
  readonly device?: string | undefined;
  readonly publish: readonly PublishedPort[];
};

/** pasta, else slirp4netns. @throws {NetmeterError} MISSING_TOOLS */
export function chooseTransport(plan: TransportPlan, find = lookFor): Transport {
  const pasta = find('pasta');
  if (pasta !== undefined) return pastaTransport(pasta, plan);
  const slirp = find('slirp4netns');
  if (slirp !== undefined && plan.publish.length === 0) return slirpTransport(slirp, plan);
  const what = slirp === undefined ? 'neither pasta nor slirp4netns was found' : 'slirp4netns cannot publish ports';
  throw new NetmeterError('MISSING_TOOLS', `${what}: one of them carries an ordinary user’s packets`, {
    cure: 'Install passt (or slirp4netns), for example: apt-get install passt; or run it as root: sudo netmeter',
  });
}

function pastaTransport(file: string, { mtu, ipv6, ...plan }: TransportPlan): Transport {
  const tap = pastaTap(mtu, ipv6);
  return {
    tool: 'pasta',
    file,
    tap,
    ask: [],
    argumentsFor: (pid) => pastaArguments({ ...plan, tap, pid }),
  };
}

function slirpTransport(file: string, { mtu }: TransportPlan): Transport {
  const tap = slirpTap(mtu);
  return {
    tool: 'slirp4netns',
    file,
    tap,
    ask: tap.families.map(({ gateway }) => gateway),
    argumentsFor: (pid) => slirpArguments(tap, pid),
  };
}
