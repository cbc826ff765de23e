import { NetmeterError } from '../../errors.js';
import { type Destination, hasNames } from '../../isolation/limits/destinations.js';
import { chooseResolver } from '../../isolation/names/read-resolver.js';
import type { Scope } from '../../isolation/scope.js';
import { LinuxError } from '../../linux/linux-error.js';
import type { MeasureOptions } from '../../measure-options.js';
import { type AddressRange, addressRange } from '../../observe/gate/address-range.js';
import { CgroupGate, type GatePlan } from '../../observe/gate/cgroup-gate.js';
import { gatesOf } from '../needs.js';
import { addressesOf, followAddresses } from '../scope-addresses.js';
import type { TreeGroup } from '../tree/tree-group.js';
import { cannotHold, TreeGate } from './tree-gate.js';

type Asked = Pick<MeasureOptions, 'limits' | 'enforce' | 'egress'>;

/** What is in no network: loopback, which an unspecified address leads to as well (RFC 1122, RFC 4291). */
const OWN = ['127.0.0.0/8', '0.0.0.0/32', '::1/128', '::/128'];

/**
 * Has the kernel hold a tree back in a namespace that others live in too, from its start on.
 * @returns undefined: the kernel cannot, and the command is ended all the same (--kill)
 * @throws {NetmeterError} SETUP_FAILED
 */
export function openGate(scope: Scope, group: TreeGroup | undefined, asked: Asked): TreeGate | undefined {
  const mayLack = !asked.enforce && !asked.egress;
  const options = gatesOf(asked);
  try {
    if (asked.egress && hasNames(asked.egress))
      throw new NetmeterError('USAGE', `${options.join(', ')}: names cannot be used in place`, { cure: NAMES_CURE });
    if (!group) throw cannotHold(options, 'there is no control group for it');
    const gate = CgroupGate.attach(group.cgroup.fd, planOf(asked, addressesOf(scope)));
    const watch = followAddresses(scope, (come) => gate.exempt(come.map(addressRange)));
    return new TreeGate(gate, { mayLack, options, watch });
  } catch (error) {
    if (mayLack) return undefined;
    throw error instanceof LinuxError ? cannotHold(options, error.message, error) : error;
  }
}

const NAMES_CURE =
  'Give addresses or networks, or let the command have a network namespace of its own: names need one.';

function planOf({ limits = {}, enforce = false, egress }: Asked, local: readonly string[]): GatePlan {
  const ranges = (list: readonly Destination[] = []) =>
    list.flatMap((each) => (each.kind === 'network' ? [addressRange(each.network)] : []));
  const own: AddressRange[] = [...OWN, ...local].map(addressRange);
  return {
    allow: egress && egress.allow.length > 0 ? ranges(egress.allow) : undefined,
    deny: ranges(egress?.deny),
    nameservers: (chooseResolver({ ipv6: true }).servers ?? []).map(addressRange),
    local: own,
    limits: enforce ? limits : {},
  };
}
