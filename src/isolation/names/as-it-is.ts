/**
 * A look-up for sockets that are only ever given addresses. Node's own brings a resolver that reads its configuration when the
 * first socket is made.
 */
export const asItIs = (
  address: string,
  _options: unknown,
  take: (error: null, address: string, family: number) => void,
): void => take(null, address, address.includes(':') ? 6 : 4);
