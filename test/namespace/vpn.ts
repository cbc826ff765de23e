import type { Machine } from './machine.js';

/**
 * A second way out of a machine, as a tunnel is: a device with a single address, an MTU of its own and no route in the main
 * table. The machine's card leads nowhere any more, so what takes it is lost.
 */
export class Vpn {
  readonly device = 'vpn0';
  readonly mtu = 1420;
  readonly #machine: Machine;

  constructor(machine: Machine, number: number) {
    this.#machine = machine;
    const [near, router] = [machine.name, `${machine.name}-router`];
    machine.shell(`
      ip -n ${near} link add vpn0 mtu ${this.mtu} address 02:00:00:00:00:03 type veth \
        peer name vpn mtu ${this.mtu} address 02:00:00:00:00:04 netns ${router}
      ip -n ${near} link set vpn0 addrgenmode none multicast off
      ip -n ${router} link set vpn addrgenmode none multicast off
      ip -n ${near} addr add 10.66.0.1/32 dev vpn0
      ip -n ${near} addr add fd66:${number}::1/128 dev vpn0 nodad
      ip -n ${router} addr add 10.66.0.2/24 dev vpn
      ip -n ${router} addr add fd66:${number}::2/64 dev vpn nodad
      ip -n ${router} link set vpn up
      ip -n ${near} link set vpn0 up
      ip -n ${near} neigh add 10.66.0.2 lladdr 02:00:00:00:00:04 dev vpn0
      ip -n ${near} neigh add fd66:${number}::2 lladdr 02:00:00:00:00:04 dev vpn0
      ip -n ${router} neigh add 10.66.0.1 lladdr 02:00:00:00:00:03 dev vpn
      ip -n ${router} neigh add fd66:${number}::1 lladdr 02:00:00:00:00:03 dev vpn
      ip netns exec ${router} nft 'add table inet vpn; add chain inet vpn only { type filter hook forward priority 0; }
        add rule inet vpn only iifname near drop'
    `);
    this.number = number;
  }

  readonly number: number;

  /** Has a table lead everything into the tunnel. */
  leadsOut(table: string): void {
    this.#machine.shell(`
      ip -n ${this.#machine.name} route replace default via 10.66.0.2 dev vpn0 onlink table ${table}
      ip -n ${this.#machine.name} -6 route replace default via fd66:${this.number}::2 dev vpn0 onlink table ${table}
    `);
  }

  /** The kernel's own rules alone are left. */
  forgetRules(): void {
    this.#machine.shell(`
      for family in 4 6; do
        ip -n ${this.#machine.name} -$family rule flush
        for table in main default; do
          ip -n ${this.#machine.name} -$family rule del table $table 2>/dev/null || true
        done
        ip -n ${this.#machine.name} -$family rule add priority 32766 table main
        ip -n ${this.#machine.name} -$family rule add priority 32767 table default
      done
    `);
  }
}
