import { readdirSync } from 'node:fs';
import { NetmeterError } from '../../errors.js';
import type { Tools } from '../tools/find-tools.js';
import { joined, type LineChannel } from '../tools/line-channel.js';
import { runTool } from '../tools/run-tool.js';
import { type LinkPlan, linkName, linkPlans, SUBNETS } from './subnet.js';
import { hostLines } from './veth-pair.js';

/** A run's links: its number, and a plan for each link. */
export type Links = { readonly number: number; readonly plans: readonly LinkPlan[] };

export const hostDevices = ({ plans }: Links) => plans.map((plan) => plan.host.device);
export const innerDevices = ({ plans }: Links) => plans.map((plan) => plan.inner.device);

/** Chooses a number at random whose interface does not exist now; it is taken only when its links are made. */
export function chooseLinks(ipv6: boolean): Links {
  const taken = new Set(readdirSync('/sys/class/net'));
  const start = Math.floor(Math.random() * SUBNETS);
  for (let step = 0; step < SUBNETS; step++) {
    const number = (start + step) % SUBNETS;
    if (!taken.has(linkName(number))) return { number, plans: linkPlans(number, ipv6) };
  }
  throw new NetmeterError('NO_FREE_SUBNET', `all ${SUBNETS} subnets of 198.18.0.0/15 are taken`);
}

type Making = { readonly mtu: number; readonly holderPid: number };

/**
 * Makes the host's side of links. The interface name is the lock: who could create it has the subnet.
 * @param waitingIp the `ip -batch` that is already running
 * @returns false when another run was faster
 * @throws {NetmeterError} SETUP_FAILED
 */
export async function makeLinks(waitingIp: LineChannel, links: Links, making: Making): Promise<boolean> {
  waitingIp.send(...batchLines(links, making));
  waitingIp.end();
  const { before, end } = await waitingIp.linesUntil('ok', 'failed');
  return end === 'ok' || refuseUnlessTaken(joined(before));
}

/** The same with an `ip` of its own, for the tries after the first. */
export async function makeLinksAgain(tools: Tools, links: Links, making: Making): Promise<boolean> {
  const batch = runTool(tools.ip, ['-batch', '-'], `${batchLines(links, making).join('\n')}\n`);
  return batch.then(() => true).catch((error: unknown) => refuseUnlessTaken(String(error)));
}

const batchLines = ({ plans }: Links, { mtu, holderPid }: Making) =>
  plans.flatMap((plan) => hostLines(plan, mtu, holderPid));

function refuseUnlessTaken(complaint: string): false {
  if (complaint.includes('File exists')) return false;
  throw new NetmeterError('SETUP_FAILED', `the links could not be made: ${complaint}`);
}
