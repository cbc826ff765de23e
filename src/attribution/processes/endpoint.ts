/** An end of a connection. IPv4 addresses are dotted, also those that an IPv6 socket shows as mapped. */
export type Endpoint = { readonly address: string; readonly port: number };
