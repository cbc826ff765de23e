import { readdirSync, readlinkSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { peersOf, unixPeers } from '../../../src/evidence/bypasses/unix-peers.js';
import { NETLINK_SOCK_DIAG, NetlinkSocket } from '../../../src/linux/netlink/socket.js';
import { once } from '../../wait.js';

const ownInodes = () =>
  readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/self/fd/${fd}`))?.[1] ?? [];
    } catch {
      return [];
    }
  });

test('both ends of a connection name each other', async () => {
  const path = join(tmpdir(), `netmeter-${process.pid}.sock`);
  const server = createServer().listen(path);
  await once(server, 'listening');
  const before = new Set(ownInodes());
  const client = connect(path);
  await Promise.all([once(server, 'connection'), once(client, 'connect')]);
  const [one = '', other = ''] = ownInodes().filter((inode) => !before.has(inode));
  using diag = NetlinkSocket.open(NETLINK_SOCK_DIAG);
  const peers = unixPeers(diag);
  client.destroy();
  server.close();
  expect([peers?.get(one), peers?.get(other)]).toEqual([other, one]);
});

test('nobody at the other end is nobody', () => {
  const ends = [
    { inode: 3, peer: 4 },
    { inode: 0, peer: 5 },
    { inode: 6, peer: undefined },
    { inode: 7, peer: 0 },
  ];
  expect([...peersOf(ends)]).toEqual([['3', '4']]);
});
