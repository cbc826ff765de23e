import { spawnSync } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { NetworkNamespace } from '../../src/linux/namespace.js';
import { attribute, decodeAttributes, nested } from '../../src/linux/netlink/attribute.js';
import { listenTo } from '../../src/linux/netlink/events.js';
import { type Message, NLM_F } from '../../src/linux/netlink/message.js';
import { NetlinkError } from '../../src/linux/netlink/netlink-error.js';
import { NETLINK_ROUTE, NetlinkSocket } from '../../src/linux/netlink/socket.js';
import { string } from '../../src/linux/netlink/values.js';
import { describePrivileged } from '../privileged.js';
import { once } from '../wait.js';

const RTM_NEWLINK = 16;
const RTM_GETLINK = 18;
const RTNLGRP_LINK = 1;
const IFLA_IFNAME = 3;
const IFLA_LINKINFO = 18;

const newLink = (name: string, kind: string, flags: number = NLM_F.ACK | NLM_F.CREATE | NLM_F.EXCL): Message => ({
  type: RTM_NEWLINK,
  flags,
  payload: Buffer.concat([
    Buffer.alloc(16),
    attribute(IFLA_IFNAME, string(name)),
    nested(IFLA_LINKINFO, attribute(1, string(kind))),
  ]),
});

function rename(index: number, name: string): Message {
  const header = Buffer.alloc(16);
  header.writeInt32LE(index, 4);
  const payload = Buffer.concat([header, attribute(IFLA_IFNAME, string(name))]);
  return { type: RTM_NEWLINK, flags: NLM_F.ACK, payload };
}

function names(socket: NetlinkSocket): (string | undefined)[] {
  const links = socket.dump({ type: RTM_GETLINK, payload: Buffer.alloc(16) });
  return links.map(({ payload }) => decodeAttributes(payload.subarray(16)).string(IFLA_IFNAME));
}

describePrivileged('a netlink socket', () => {
  test('belongs to the namespace that it was made in', () => {
    using namespace = NetworkNamespace.create();
    using socket = namespace.inside(() => NetlinkSocket.open(NETLINK_ROUTE));
    socket.exchange([newLink('b0', 'bridge'), newLink('b1', 'bridge')]);
    expect(names(socket)).toEqual(['lo', 'b0', 'b1']);
  });

  test('says which request was refused, in the words of the kernel', () => {
    using namespace = NetworkNamespace.create();
    using socket = namespace.inside(() => NetlinkSocket.open(NETLINK_ROUTE));
    const requests = [
      newLink('b0', 'bridge'),
      newLink('x', 'nonesuch'),
      newLink('lo', 'bridge'),
      newLink('b1', 'bridge'),
    ];
    expect(() => socket.exchange(requests)).toThrow('netlink: EOPNOTSUPP: Unknown device type');
    expect(socket.attempt(requests).refusals).toMatchObject([
      { index: 0, code: 'EEXIST' },
      { index: 1, code: 'EOPNOTSUPP' },
      { index: 2, code: 'EEXIST' },
      { index: 3, code: 'EEXIST' },
    ]);
    expect(socket.attempt([newLink('b2', 'bridge'), newLink('a name that is too long', 'bridge')]).refusals).toEqual([
      expect.objectContaining({ index: 1, code: 'ERANGE', offset: 32 }),
    ]);
    expect(names(socket)).toEqual(['lo', 'b0', 'b1', 'b2']);
  });

  test('takes hundreds of requests at once', () => {
    using namespace = NetworkNamespace.create();
    using socket = namespace.inside(() => NetlinkSocket.open(NETLINK_ROUTE));
    const requests = Array.from({ length: 3000 }, () => newLink('lo', 'bridge'));
    expect(socket.attempt(requests).refusals).toHaveLength(3000);
  });

  test('answers with what was asked for, before the acknowledgement', () => {
    using namespace = NetworkNamespace.create();
    using socket = namespace.inside(() => NetlinkSocket.open(NETLINK_ROUTE));
    const payload = Buffer.concat([Buffer.alloc(16), attribute(IFLA_IFNAME, string('lo'))]);
    const [link, ...others] = socket.exchange([{ type: RTM_GETLINK, flags: NLM_F.ACK, payload }]);
    expect(link?.payload.readInt32LE(4)).toBe(1);
    expect(others).toEqual([]);
  });

  test('does nothing where nothing is asked for', () => {
    using socket = NetlinkSocket.open(NETLINK_ROUTE);
    expect(socket.exchange([])).toEqual([]);
  });

  test('refuses a list that is none', () => {
    using socket = NetlinkSocket.open(NETLINK_ROUTE);
    expect(() => socket.dump({ type: RTM_NEWLINK, payload: Buffer.alloc(16) })).toThrow(NetlinkError);
  });

  test('is closed when another program is executed', () => {
    using _ = NetlinkSocket.open(NETLINK_ROUTE);
    const { stdout } = spawnSync('sh', ['-c', 'ls -l /proc/self/fd'], { encoding: 'utf8', stdio: 'pipe' });
    expect(stdout).not.toContain('NETLINK');
    expect(stdout.match(/socket:/g)?.length ?? 0).toBeLessThanOrEqual(3);
  });

  test('hears what happens, and that some of it was lost', async () => {
    using namespace = NetworkNamespace.create();
    using socket = namespace.inside(() => NetlinkSocket.open(NETLINK_ROUTE));
    const heard = new EventEmitter();
    using _ = namespace.inside(() =>
      listenTo(NETLINK_ROUTE, [RTNLGRP_LINK], (events) => {
        for (const { payload } of events.messages)
          heard.emit(decodeAttributes(payload.subarray(16)).string(IFLA_IFNAME) ?? '');
        if (events.lost) heard.emit('lost');
      }),
    );
    const made = once(heard, 'b0');
    socket.exchange([newLink('b0', 'bridge')]);
    await made;
    const lost = once(heard, 'lost');
    const renamings = Array.from({ length: 1000 }, (_, index) => rename(2, `b${index}`));
    for (let round = 0; round < 12; round++) socket.exchange(renamings);
    await lost;
    const last = once(heard, 'last');
    socket.exchange([newLink('last', 'bridge')]);
    await last;
  });
});
