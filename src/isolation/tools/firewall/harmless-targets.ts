/** Targets of the old iptables that let a packet go on its way; where it leads MARK may change, for rules that look at marks. */
export const HARMLESS_TARGETS: readonly string[] = [
  ...['LOG', 'NFLOG', 'TRACE', 'SET'],
  ...['MARK', 'CONNMARK', 'CLASSIFY', 'CT'],
  ...['TCPMSS', 'DSCP', 'TOS', 'TTL', 'HL'],
];
