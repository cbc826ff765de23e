import { readFileSync, realpathSync } from 'node:fs';
import { planResolver, type Reach, type ResolvConf, UPSTREAM_FILES } from './resolver.js';

const RESOLV_CONF = '/etc/resolv.conf';

export type ResolverChoice = { readonly resolvConf?: ResolvConf; readonly unreachable?: readonly string[] };

/** Reads the host's resolver settings and decides what the namespace shows instead, if anything. */
export function chooseResolver(reach: Reach): ResolverChoice {
  const own = readText(RESOLV_CONF);
  if (own === undefined) return { unreachable: ['127.0.0.1 (there is no /etc/resolv.conf)'] };
  const upstreams = () => UPSTREAM_FILES.map(readText).filter((text) => text !== undefined);
  const plan = planResolver(own, upstreams, reach);
  switch (plan.kind) {
    case 'unchanged':
      return {};
    case 'unreachable':
      return { unreachable: plan.nameservers };
    case 'replace':
      // A mount needs the file itself, not a symbolic link to it.
      return { resolvConf: { target: realpathSync(RESOLV_CONF), text: plan.text } };
    default:
      return plan satisfies never;
  }
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
