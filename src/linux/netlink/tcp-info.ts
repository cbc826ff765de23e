/** What a connection was like (struct tcp_info, linux/tcp.h); undefined fields: the kernel is older. Times are in microseconds. */
export type TcpInfo = {
  /** Of acknowledgements that the kernel has waited for, smoothed. */
  readonly rtt: number | undefined;
  readonly minRtt: number | undefined;
  /** Segments that were retransmitted. */
  readonly totalRetrans: number | undefined;
  /** Octets of payload, by what it was done with. A FIN or SYN counts as one. */
  readonly bytesAcked: bigint | undefined;
  readonly bytesReceived: bigint | undefined;
  readonly bytesSent: bigint | undefined;
  readonly bytesRetrans: bigint | undefined;
  readonly segsOut: number | undefined;
  readonly segsIn: number | undefined;
  readonly dataSegsIn: number | undefined;
  readonly dataSegsOut: number | undefined;
  /** Of the mss that is sent with. */
  readonly sndMss: number | undefined;
  readonly rcvMss: number | undefined;
};

/** The structure grows at its end from version to version. */
export function decodeTcpInfo(buffer: Buffer): TcpInfo {
  const u32 = (at: number) => (buffer.length >= at + 4 ? buffer.readUInt32LE(at) : undefined);
  const u64 = (at: number) => (buffer.length >= at + 8 ? buffer.readBigUInt64LE(at) : undefined);
  return {
    sndMss: u32(16),
    rcvMss: u32(20),
    rtt: u32(68),
    totalRetrans: u32(100),
    bytesAcked: u64(120),
    bytesReceived: u64(128),
    segsOut: u32(136),
    segsIn: u32(140),
    minRtt: u32(148),
    dataSegsIn: u32(152),
    dataSegsOut: u32(156),
    bytesSent: u64(200),
    bytesRetrans: u64(208),
  };
}
