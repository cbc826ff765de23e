import type { Boundary } from '../boundary.js';
import { NetmeterError } from '../errors.js';
import type { Choice } from '../isolation/choice.js';
import type { HostPort, PublishedPort } from '../isolation/ports/ports.js';
import type { Scope } from '../isolation/scope.js';
import type { MeasureOptions } from '../measure-options.js';
import { gatesOf } from './needs.js';

/** What a run asks for, and what may be made beside: the control group of the command's tree. */
export type ScopeOptions = MeasureOptions & {
  readonly cgroup?: string | undefined;
  readonly boundary: Boundary;
};

/** Opens a scope where the choice says. */
export async function openScope(place: Choice, options: ScopeOptions): Promise<Scope> {
  checkPublish(place, options.publish ?? []);
  checkGates(place, options);
  const scope = await openPlace(place, options);
  return options.hostPorts?.length ? offerPorts(scope, options.hostPorts, options) : scope;
}

async function openPlace(place: Choice, options: ScopeOptions): Promise<Scope> {
  switch (place.kind) {
    case 'veth': {
      const { openVeth } = await import('../isolation/veth/open-veth.js');
      return openVeth({
        ...options,
        uplink: place.uplink,
        keep: options.enforce ? (options.limits ?? {}) : undefined,
      });
    }
    case 'offline': {
      const { OfflineScope } = await import('../isolation/offline/offline-scope.js');
      return OfflineScope.open({ ...options, rootless: place.by === 'user-namespace' });
    }
    case 'host':
      return (await import('../isolation/shared/host-scope.js')).HostScope.open(options);
    case 'join':
      return (await import('../isolation/shared/join-scope.js')).JoinScope.open({ ...options, netns: place.netns });
    case 'user-mode':
      return (await import('../isolation/user-mode/open-user-mode.js')).openUserMode(options);
    default:
      return place satisfies never;
  }
}

/** In the host's own namespace its ports are there already. */
async function offerPorts(
  scope: Scope,
  ports: readonly HostPort[],
  { boundary, signal }: ScopeOptions,
): Promise<Scope> {
  if (scope.isolation.kind === 'host') return scope;
  try {
    const [{ HostPorts }, { PortedScope }] = await Promise.all([
      import('../isolation/ports/host-ports.js'),
      import('../isolation/ports/ported-scope.js'),
    ]);
    const nftables = Promise.resolve(scope.nftables?.());
    return new PortedScope(
      scope,
      await HostPorts.open(ports, (spawn) => scope.administer(spawn), { nftables, boundary, signal }),
    );
  } catch (error) {
    await scope[Symbol.asyncDispose]();
    throw error;
  }
}

/** Where the kernel cannot keep the command back it is said, instead of running without. */
function checkGates({ kind }: Choice, options: MeasureOptions): void {
  const { enforce, egress, rateLimit } = options;
  if (kind === 'veth') return;
  if (rateLimit !== undefined) {
    throw new NetmeterError('USAGE', `--rate-limit: netmeter cannot limit the rate in ${kind}`, {
      cure: 'That needs veth, for which root or sudo is needed.',
    });
  }
  // In place that is for programs at the tree's control group.
  if (kind === 'host' || kind === 'join') return;
  if (egress) {
    throw new NetmeterError(
      'USAGE',
      `${gatesOf({ egress }).join(', ')}: netmeter cannot restrict destinations in ${kind}`,
      {
        cure:
          kind === 'offline'
            ? 'Offline everything is refused anyway: leave one of the two out.'
            : 'That needs root, and veth or --in-place. --isolation offline refuses everything, and needs no root.',
      },
    );
  }
  if (!enforce) return;
  throw new NetmeterError('USAGE', `--enforce: netmeter cannot enforce limits in ${kind}`, {
    cure: 'That needs root, and veth or --in-place. --kill ends a command at the sample that shows a breach.',
  });
}

/** What cannot be published is said, instead of leaving a server out of reach. */
function checkPublish({ kind }: Choice, publish: readonly PublishedPort[]): void {
  const refuse = (why: string, cure: string) => new NetmeterError('USAGE', `--publish: ${why}`, { cure });
  if (publish.length === 0) return;
  if (kind === 'offline') throw refuse('an offline namespace cannot be reached', 'Leave one of the two out.');
  if (kind === 'join')
    throw refuse(
      'netmeter cannot publish ports of a namespace that it did not make',
      'Publish them with the tool that made it, or leave --netns out.',
    );
  if (kind === 'host' && publish.some(({ host, inner }) => host !== inner))
    throw refuse(
      'in place a port cannot be mapped to another one',
      'Let the command listen on the published port itself.',
    );
}
