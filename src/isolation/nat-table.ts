import { NetmeterError } from '../errors.js';
import type { Tools } from './find-tools.js';
import { LineProcess } from './line-process.js';

/** What the table needs to know of a run. */
export type NatPlan = {
  readonly number: number;
  /** The run's host interfaces. */
  readonly devices: readonly string[];
  /** Devices that forward only because netmeter switched it on: between others they must go on not to forward. */
  readonly switchedOn: readonly string[];
};

/**
 * The run's own nftables table, owned by a living `nft -i` (`flags owner`): nobody else can change it, and the kernel
 * removes it when that process ends, however it ends.
 */
export class NatTable {
  readonly #nft: LineProcess;

  constructor(tools: Tools) {
    // Without a home it leaves no ~/.nft.history behind.
    const env = { HOME: '/dev/null', PATH: '/usr/bin', LC_ALL: 'C' };
    this.#nft = new LineProcess(tools.nft, ['-i'], { env, complaintsAsLines: true });
    // Answered while the links are being made: which chains of others our packets will have to pass.
    this.#nft.send('list chains');
  }

  /**
   * Adds the table in one transaction.
   * @returns what `nft list chains` printed before, for the check of other tables' forward chains
   */
  async add(plan: NatPlan): Promise<string> {
    const table = tableName(plan.number);
    this.#nft.send(transaction(plan), `list chain inet ${table} nm_forward`);
    const others: string[] = [];
    for (;;) {
      const line = await this.#nft.nextLine();
      if (line === undefined || line.startsWith('Error:')) {
        const reason = line ?? (this.#nft.complaint || 'nft ended');
        throw new NetmeterError('SETUP_FAILED', `the address translation could not be added: ${reason}`);
      }
      if (line === `table inet ${table} {`) break;
      others.push(line);
    }
    return others.join('\n');
  }

  end(): void {
    this.#nft.end();
  }
}

export const tableName = (number: number) => `netmeter_${number}`;

/** One line, which `nft -i` takes as one transaction. */
export function transaction({ number, devices, switchedOn }: NatPlan): string {
  const table = `inet ${tableName(number)}`;
  const links = `{ ${devices.map((device) => `"${device}"`).join(', ')} }`;
  const commands = [
    `add table ${table} { flags owner; }`,
    `add chain ${table} nm_nat { type nat hook postrouting priority 100; }`,
    `add rule ${table} nm_nat iifname ${links} oifname != ${links} masquerade`,
    `add chain ${table} nm_forward { type filter hook forward priority -10; }`,
    // Nobody outside may open a connection into the namespace, which has no listener to the outside on the host either.
    `add rule ${table} nm_forward oifname ${links} ct state new drop`,
    ...switchedOn.map((device) => `add rule ${table} nm_forward iifname "${device}" oifname != "nm*" drop`),
    // The host's own multicast (MLD, mDNS, router advertisements) is not the command's traffic.
    `add chain ${table} nm_output { type filter hook output priority 0; }`,
    `add rule ${table} nm_output oifname ${links} ip daddr { 224.0.0.0/4, 255.255.255.255 } drop`,
    `add rule ${table} nm_output oifname ${links} ip6 daddr ff00::/8 drop`,
  ];
  return commands.join('; ');
}
