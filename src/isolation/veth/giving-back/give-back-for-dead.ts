import { rmSync } from 'node:fs';
import { NetworkNamespace } from '../../../linux/namespace.js';
import { giveBack } from './give-back.js';
import type { HostChanges } from './host-changes.js';

/** A guardian's own descriptor of the command's namespace, which its children inherit. */
const NAMESPACE = '/proc/self/fd/3';

/** Gives back what a netmeter that was killed has left, for its guardian. @returns false where something could not be */
export function giveBackForDead(left: string): boolean {
  const changes = JSON.parse(left) as HostChanges;
  using namespace = NetworkNamespace.open(NAMESPACE);
  if (giveBack(changes, { namespace, deletesLinks: true }).length > 0) return false;
  if (changes.note !== undefined) rmSync(changes.note, { force: true });
  return true;
}
