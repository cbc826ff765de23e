import { readLocalAddresses } from '../../machine/read-local-addresses.js';
import type { AddressChange } from './address-watch.js';
import { hostLocalLink, type LinkPlan, leadingOut } from './subnet.js';

/** The addresses at which the command reaches this machine. One list for all who look at it, in which changes appear. */
export class HostAddresses {
  readonly list: string[] = [];

  /** Adds this machine's addresses and the run's own. @returns those that the link to this machine must lead to, the gateways among them */
  add(plans: readonly LinkPlan[]): readonly string[] {
    const gateways = leadingOut(plans).flatMap(({ host }) => host.addresses);
    const local = [...readLocalAddresses(), ...gateways];
    this.list.push(...local, ...hostLocalLink(plans).host.addresses);
    return local;
  }

  /** An address that this machine gets during the run is this machine's too. */
  follow({ come, gone }: AddressChange): void {
    const left = this.list.filter((address) => !gone.includes(address));
    this.list.splice(0, Infinity, ...left, ...come);
  }
}
