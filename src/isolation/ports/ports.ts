export type PortProtocol = 'tcp' | 'udp';

/** A port of this machine's loopback that the command finds at its own loopback. */
export type HostPort = { readonly port: number; readonly protocol: PortProtocol };

/** A port of this machine that leads to one of the command's. */
export type PublishedPort = {
  /** Of this machine; all of them by default. */
  readonly address?: string;
  readonly host: number;
  readonly inner: number;
  readonly protocol: PortProtocol;
};

/** `5432/udp`, as users write it; tcp is not said. */
export const portName = (port: number, protocol: PortProtocol) =>
  protocol === 'tcp' ? `${port}` : `${port}/${protocol}`;
