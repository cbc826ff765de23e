import { AF_INET, AF_INET6 } from '../../socket.js';

/** Of an address in network order. */
export const familyOf = (address: Buffer): number => (address.length === 4 ? AF_INET : AF_INET6);
