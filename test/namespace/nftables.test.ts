import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { NetworkNamespace } from '../../src/linux/namespace.js';
import { accept } from '../../src/linux/netlink/netfilter/actions.js';
import { ip } from '../../src/linux/netlink/netfilter/field.js';
import { Nftables } from '../../src/linux/netlink/netfilter/nftables.js';
import { OwnTable } from '../../src/linux/netlink/netfilter/own-table.js';
import { TableCommands } from '../../src/linux/netlink/netfilter/table-commands.js';
import { MADE } from '../isolation/nft-rules.js';
import { describePrivileged } from '../privileged.js';

const TABLE = { family: 'inet', table: 't' } as const;
const ELEMENTS = 20_000;

const ruleset = () => spawnSync('nft', ['list', 'ruleset'], { encoding: 'utf8' }).stdout;

describePrivileged('nftables without nft', () => {
  test.each(Object.entries(MADE))('%s is to nft what it would have made itself', (name, commands) => {
    using namespace = NetworkNamespace.create();
    const listing = namespace.inside(() => {
      using nftables = Nftables.open();
      nftables.commit(commands);
      return ruleset();
    });
    expect(listing).toBe(readFileSync(`fixtures/nft/${name}.txt`, 'utf8'));
  });

  test('a set is listed page by page, each element once', () => {
    using namespace = NetworkNamespace.create();
    using nftables = namespace.inside(() => Nftables.open());
    const table = new TableCommands(TABLE);
    const key = (number: number) => Buffer.of(10, number >> 16, (number >> 8) & 255, number & 255);
    const keys = Array.from({ length: ELEMENTS }, (_, number) => key(number));
    // With room from the start, as what counts has: a table that the kernel is just making larger is listed in part twice, in part not at all.
    nftables.commit([table.add({ isOwned: true }), table.set({ name: 's', key: [ip.daddr], size: ELEMENTS })]);
    for (let at = 0; at < keys.length; at += 1000) nftables.commit([table.elements('s', keys.slice(at, at + 1000))]);
    const pages = [...nftables.elementPages(TABLE, 's')];
    expect(pages.length).toBeGreaterThan(2);
    const found = pages.flat().map(({ key: each }) => each?.readUInt32BE());
    expect(new Set(found).size).toBe(ELEMENTS);
    expect(found).toHaveLength(ELEMENTS);
  });

  test('a transaction that is refused is so as a whole, with what was refused and why', () => {
    using namespace = NetworkNamespace.create();
    using nftables = namespace.inside(() => Nftables.open());
    const table = new TableCommands(TABLE);
    const commands = [table.add({ isOwned: true }), table.chain('a'), table.rule('b', accept)];
    expect(() => nftables.commit(commands)).toThrow('nftables: ENOENT: add rule inet t b: immediate');
    expect(nftables.tables()).toEqual([]);
  });

  test('what a socket owns nobody else changes, and it goes with the socket', () => {
    using namespace = NetworkNamespace.create();
    using other = namespace.inside(() => Nftables.open());
    const commands = new TableCommands(TABLE);
    {
      using owner = namespace.inside(() => Nftables.open());
      using table = OwnTable.create(owner, TABLE, [commands.chain('a')]);
      expect(table.isOwned).toBe(true);
      expect(() => other.commit([commands.chain('b')])).toThrow('EPERM');
      expect(() => other.commit([commands.delete()])).toThrow('EPERM');
      expect(other.chains()).toEqual([{ ...TABLE, chain: 'a' }]);
    }
    expect(other.tables()).toEqual([]);
  });

  test('what persists stays when its socket is closed, and is nobody’s', () => {
    using namespace = NetworkNamespace.create();
    using other = namespace.inside(() => Nftables.open());
    const commands = new TableCommands(TABLE);
    {
      using owner = namespace.inside(() => Nftables.open());
      OwnTable.create(owner, TABLE, [commands.chain('a')], { persists: true });
      expect(() => other.commit([commands.delete()])).toThrow('EPERM');
    }
    expect(other.tables()).toEqual([TABLE]);
    other.commit([commands.delete()]);
    expect(other.tables()).toEqual([]);
  });
});
