import { leadsOut } from '../../evidence/bypasses/made-elsewhere.js';
import type { ListedSocket } from '../../evidence/list-sockets.js';
import { IPPROTO } from '../../linux/ip/ip-protocols.js';
import { TCP_STATE } from '../../linux/ip/tcp-states.js';
import type { HeldSocket } from './held-sockets.js';

/** What was found when a tree's, or a control group's, open sockets were taken into the count. */
export type Adopted = {
  /** Inodes of those that are counted. */
  readonly own: ReadonlySet<number>;
  /** Held by the tree, and made where the kernel counts them to another group. */
  readonly uncounted: readonly ListedSocket[];
  /** Not to be distinguished from others'. */
  readonly refused: readonly HeldSocket[];
  /** Processes of the tree that are in another group. */
  readonly left: readonly number[];
  /** Sockets that the rest of the group holds. */
  readonly others: readonly HeldSocket[];
  /** How many network namespaces the processes are in. */
  readonly networks: number;
};

/** Why the number is not all of theirs, or not theirs alone. */
export function doubtsOf({ own, uncounted, refused, left, others, networks }: Adopted): readonly string[] {
  const elsewhere = uncounted.filter(leadsOut);
  const shared = new Set(others.filter(({ inode }) => own.has(inode)).map(({ inode }) => inode));
  return [
    // A socket is its maker's control group's, and so is every connection that it accepts (sk_clone_lock()).
    ...said(elsewhere.length, ['socket was', 'sockets were'], `made elsewhere, and not counted: ${listed(elsewhere)}`),
    ...said(refused.length, ['socket was', 'sockets were'], 'not to be distinguished from others’, and not counted'),
    ...said(shared.size, ['socket was', 'sockets were'], 'held by others of the control group too, and counted whole'),
    ...said(left.length, ['process was', 'processes were'], 'in another control group, and not counted'),
    // Whose counters of fragments and errors bound what the sockets do not see.
    ...(networks > 1 ? ['the processes were in several network namespaces'] : []),
    ...(networks < 1 ? ['no process was there at the start to show the network namespace'] : []),
  ];
}

const said = (count: number, [one, many]: readonly [string, string], what: string): readonly string[] =>
  count === 0 ? [] : [`${count} ${count === 1 ? one : many} ${what}`];

const SHOWN = 3;

function listed(sockets: readonly ListedSocket[]): string {
  const shown = sockets.slice(0, SHOWN).map(textOf).join(', ');
  return sockets.length > SHOWN ? `${shown} and others` : shown;
}

function textOf({ protocol, state, local, remote }: ListedSocket): string {
  const name = protocol === IPPROTO.tcp ? 'tcp' : 'udp';
  const end = ({ address, port }: ListedSocket['local']) =>
    `${address.includes(':') ? `[${address}]` : address}:${port}`;
  if (remote.port !== 0) return `${name} ${end(local)} to ${end(remote)}`;
  return `${name} ${end(local)}${protocol === IPPROTO.tcp && state === TCP_STATE.LISTEN ? ', listening' : ''}`;
}
