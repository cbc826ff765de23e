/** Address families, by the number of an address's octets. */
const AF_INET = 2;
const AF_INET6 = 10;

/** Of an address in network order. */
export const familyOf = (address: Buffer): number => (address.length === 4 ? AF_INET : AF_INET6);
