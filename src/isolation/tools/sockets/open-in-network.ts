import { NetworkNamespace } from '../../../linux/namespace.js';
import { NetlinkSocket } from '../../../linux/netlink/socket.js';
import { networkOf } from '../../machine/members/namespace-members.js';

/**
 * Opens a netlink socket in a process' network namespace; in netmeter's own that takes no rights.
 * @throws {LinuxError} socket: EPROTONOSUPPORT; setns: EPERM without CAP_SYS_ADMIN
 */
export function openInNetwork(process: number, protocol: number): NetlinkSocket {
  if (networkOf(process) === networkOf('self')) return NetlinkSocket.open(protocol);
  using namespace = NetworkNamespace.open(`/proc/${process}/ns/net`);
  return namespace.inside(() => NetlinkSocket.open(protocol));
}
