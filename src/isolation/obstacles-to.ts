import type { Choice } from './choice.js';
import { type Facts, type Probe, UNTRIED } from './facts.js';

export type Isolating = 'veth' | 'user-mode' | 'offline';

export type VethChoice = Extract<Choice, { kind: 'veth' }>;

export function vethChoice({ libc, rights, vethTools, sudo, uplink }: Facts): VethChoice | undefined {
  if (!libc.works || !vethTools.works) return undefined;
  if (rights.works) return { kind: 'veth', by: 'root', ...(uplink && { uplink }) };
  return sudo.works ? { kind: 'veth', by: 'sudo' } : undefined;
}

type Failed = Extract<Probe, { works: false }>;

const failed = (...probes: readonly Probe[]): Failed[] =>
  probes.filter((probe) => probe !== UNTRIED).filter((probe) => !probe.works);

const AS_ROOT: Failed = {
  works: false,
  reason: 'it is not for root, whose packets pasta does not carry',
  cure: 'run netmeter as an ordinary user',
};

export const userModeObstacles = ({ root, libc, holderTools, userNamespace, tun, transport }: Facts): Failed[] =>
  root ? [AS_ROOT] : failed(libc, holderTools, userNamespace, tun, transport);

/** Root makes its namespace by calls of the kernel alone; for anybody else programs make and hold it. */
export const offlineObstacles = ({ libc, holderTools, rights, userNamespace }: Facts): Failed[] =>
  rights.works
    ? failed(libc)
    : [...failed(libc, holderTools), ...(userNamespace.works ? [] : failed(rights, userNamespace))];

type InTheWay = { readonly reason: string; readonly cure: string };

/** What is in the way of an isolation; nothing: it works. */
export function obstaclesTo(kind: Isolating, facts: Facts): readonly InTheWay[] {
  switch (kind) {
    case 'veth':
      return [...vethFailures(facts), ...facts.obstacles];
    case 'user-mode':
      return userModeObstacles(facts);
    case 'offline':
      return offlineObstacles(facts);
    default:
      return kind satisfies never;
  }
}

const vethFailures = (facts: Facts): Failed[] =>
  vethChoice(facts)
    ? []
    : [...failed(facts.libc, facts.vethTools), ...(facts.rights.works ? [] : failed(facts.rights, facts.sudo))];
