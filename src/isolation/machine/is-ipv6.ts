/** Of an address that is one: node:net's own test compiles its expressions first, which takes 3 ms. */
export const isIpv6 = (address: string) => address.includes(':');
