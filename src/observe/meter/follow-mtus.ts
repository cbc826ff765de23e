import { listenTo } from '../../linux/netlink/events.js';
import { RTNLGRP } from '../../linux/netlink/route/events.js';
import { aboutDevices, decodeLink } from '../../linux/netlink/route/link.js';
import { NETLINK_ROUTE } from '../../linux/netlink/socket.js';

/**
 * Reports the MTU of each device, by its number, that comes from now on or gets another, in the network namespace that the
 * calling thread is in.
 * @throws {LinuxError} socket: EPROTONOSUPPORT
 */
export const followMtus = (take: (device: number, mtu: number) => void): Disposable =>
  listenTo(
    NETLINK_ROUTE,
    [RTNLGRP.LINK],
    ({ messages }) => {
      for (const { index, mtu } of aboutDevices(messages).map(decodeLink)) if (mtu > 0) take(index, mtu);
    },
    { unref: true },
  );
