import type { Boundary } from '../../boundary.js';
import { type GroupView, isInGroup } from '../../evidence/bypasses/group-view.js';
import { type TunnelUse, TunnelWatch } from '../../evidence/tunnels/tunnel-watch.js';
import type { Scope } from '../../isolation/scope.js';
import { within } from '../scope-addresses.js';

/** Hears of the TUN and TAP devices that a tree has the other ends of. */
export type TunnelObserver = Disposable & {
  /** What they have moved, when nothing moves any more. Never rejects: where they could not be heard of, there may have been some. */
  finish(): Promise<TunnelUse>;
};

/** Before the command is started: the tree is who lives in its control group, or carries its mark. */
export function watchTreesTunnels(
  scope: Pick<Scope, 'inspect' | 'processes'>,
  group: GroupView,
  boundary: Boundary,
): TunnelObserver {
  const isOfTree = (pid: number) => isInGroup(group, pid) || scope.processes().includes(pid);
  return watchTunnels(scope, { isOfTree, isThere: false }, boundary);
}

/** @param tree isThere: it was there before */
export function watchTunnels(
  scope: Pick<Scope, 'inspect'>,
  tree: { readonly isOfTree: (pid: number) => boolean; readonly isThere: boolean },
  boundary: Boundary,
): TunnelObserver {
  const guard = <A extends readonly unknown[]>(work: (...args: A) => unknown) => boundary.guard('bypasses', work);
  const open = () => within(scope, () => new TunnelWatch({ ...tree, guard }));
  const watch = boundary.attemptNow('bypasses', open, undefined);
  return {
    finish: () => boundary.attempt('bypasses', () => watch?.finish() ?? UNKNOWN, UNKNOWN),
    [Symbol.dispose]: () => watch?.[Symbol.dispose](),
  };
}

const UNKNOWN = { devices: [], isComplete: false };
