import type { Expression } from '../../linux/netlink/netfilter/expression.js';
import type { ListedRule } from '../../linux/netlink/netfilter/nftables.js';

/** Whether a rule is for packets alone that never leave this machine: by their device, or by an address of 127.0.0.0/8. */
export const isForLoopback = ({ expressions = [] }: ListedRule): boolean =>
  expressions.some((each, index) => {
    const loaded = expressions[index - 1];
    if (each.kind !== 'cmp' || each.op !== '==' || !loaded) return false;
    return isLoopbackDevice(loaded, each.data) || isLoopbackAddress(loaded, each.data, expressions[index - 2]);
  });

const LO = 1;

function isLoopbackDevice(loaded: Expression, data: Buffer): boolean {
  if (loaded.kind !== 'meta') return false;
  if (loaded.key === 'oif') return data.length === 4 && data.readUInt32LE() === LO;
  return loaded.key === 'oifname' && data.toString('latin1').replace(/\0.*$/s, '') === 'lo';
}

/** Where the destination is in an IPv4 header. */
const DESTINATION = 16;

/** Compared by its first octet, or masked. */
function isLoopbackAddress(loaded: Expression, data: Buffer, before: Expression | undefined): boolean {
  const load = loaded.kind === 'bitwise' ? before : loaded;
  if (load?.kind !== 'payload' || load.base !== 'network' || load.offset !== DESTINATION) return false;
  return (load.length === 1 || load.length === 4) && data[0] === 127;
}
