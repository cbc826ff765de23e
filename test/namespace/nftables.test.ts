import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { NetworkNamespace } from '../../src/linux/namespace.js';
import { Nftables } from '../../src/linux/netlink/netfilter/nftables.js';
import { MADE } from '../isolation/nft-rules.js';
import { describePrivileged } from '../privileged.js';

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
});
