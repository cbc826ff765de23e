/** linux/rtnetlink.h: a device, asked for or announced. */
export const RTM_NEWLINK = 16;

/** linux/if.h. */
export const IFF_UP = 0x1;
export const IFF_RUNNING = 0x40;
export const IFF_NOARP = 0x80;
export const IFF_MULTICAST = 0x1000;

/** linux/if_link.h. */
export const IFLA = {
  ADDRESS: 1,
  IFNAME: 3,
  MTU: 4,
  LINK: 5,
  MASTER: 10,
  LINKINFO: 18,
  IFALIAS: 20,
  STATS64: 23,
  AF_SPEC: 26,
  NET_NS_FD: 28,
  LINK_NETNSID: 37,
} as const;
export const IFLA_INFO_KIND = 1;
export const IFLA_INFO_SLAVE_KIND = 4;

/** struct ifinfomsg. */
export const HEADER = 16;

/** A device's index, and flags of linux/if.h with those of them that change. */
export function header(index: number, flags = 0, changed = 0): Buffer {
  const buffer = Buffer.alloc(HEADER);
  buffer.writeInt32LE(index, 4);
  buffer.writeUInt32LE(flags, 8);
  buffer.writeUInt32LE(changed, 12);
  return buffer;
}
