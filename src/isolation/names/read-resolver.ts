import { realpathSync } from 'node:fs';
import { readText } from '../tools/read-text.js';
import { type CoveredFile, nameservers, planResolver, type Reach } from './resolver.js';

const RESOLV_CONF = '/etc/resolv.conf';

/**
 * What the namespace shows, and whom a relay on the host must ask for it; without `resolvConf` the host's file is right.
 * `servers` are those that the command itself asks.
 */
export type ResolverChoice = {
  readonly resolvConf?: CoveredFile;
  readonly relayTo?: readonly string[];
  /** Whom the command can ask itself where the relay's server fails. */
  readonly others?: readonly string[];
  readonly servers?: readonly string[];
};

/** Reads the host's resolver settings and decides what the namespace shows instead, if anything. */
export function chooseResolver(reach: Reach): ResolverChoice {
  const own = readText(RESOLV_CONF);
  // Without the file the C library asks 127.0.0.1, but there is nothing that could be covered.
  if (own === undefined) return {};
  const plan = planResolver(own, reach);
  // A mount needs the file itself, not a symbolic link to it.
  const target = () => realpathSync(RESOLV_CONF);
  switch (plan.kind) {
    case 'unchanged':
      return { servers: nameservers(own) };
    case 'relay':
      return { relayTo: plan.servers, others: plan.others, resolvConf: { target: target(), text: own } };
    case 'replace':
      return { resolvConf: { target: target(), text: plan.text }, servers: nameservers(plan.text) };
    default:
      return plan satisfies never;
  }
}
