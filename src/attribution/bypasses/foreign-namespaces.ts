import type { Bypass } from '../../measurement/remotes.js';
import { milliseconds } from '../../units.js';
import { OWN } from './child-namespaces.js';

/** A network namespace that is not the scope's, in which the tree has made Internet sockets. */
export type ForeignNamespace = {
  /** The one that netmeter was started in. */
  readonly isOwn: boolean;
  /** Who made the first one, and its name then. */
  readonly pid: number;
  readonly name: string;
  /** After the beginning of the watch. */
  readonly atMs: number;
};

/** One that nobody lived in at a look. */
const LEFT = 'a network namespace that it has left again';

/**
 * Bypasses that looks have found, with those that the kernel reported at the making of a socket and no look has found: of
 * netmeter's own namespace, and of others, if there were more than have been found.
 * @param own netmeter's namespace, as the kernel calls it
 */
export function withForeign(found: readonly Bypass[], foreign: readonly ForeignNamespace[], own: string): Bypass[] {
  const of = ({ pid, name, atMs }: ForeignNamespace, what: string): Bypass => {
    return { kind: 'child-namespace', what, service: null, leadsOut: true, pid, name, firstSeenMs: milliseconds(atMs) };
  };
  const children = found.filter(({ kind }) => kind === 'child-namespace').map(({ what }) => what);
  const isOwnKnown = children.some((what) => what.endsWith(OWN));
  const known = children.filter((what) => !what.endsWith(OWN)).length;
  return [
    ...found,
    ...foreign.filter(({ isOwn }) => isOwn && !isOwnKnown).map((each) => of(each, `${own}${OWN}`)),
    ...foreign
      .filter(({ isOwn }) => !isOwn)
      .slice(known, known + 1)
      .map((each) => of(each, LEFT)),
  ];
}
