import { COVER_FILES } from '../scripts/cover-script.js';
import { END_GROUP } from '../scripts/end-group-script.js';
import { END_MEMBERS, HOLD_NAMESPACE } from '../scripts/end-members-script.js';
import { END_TRACE } from '../scripts/end-trace-script.js';

/** Guards a namespace without links: descriptor 3 is the holder's, 4 the conversation with netmeter. */
export const OFFLINE_GUARDIAN_SCRIPT = `
{ exec 0<&3 1>&3 2>&3 3<&- 4<&-; exec "$UNSHARE" $NAMESPACES "$SH" -c 'eval "$HOLDER"' netmeter-holder; } &
holder=$!
exec 3<&- 8<&4 4<&-
trap '' HUP INT QUIT TERM PIPE USR1 USR2 ALRM TSTP
cd /
[ -z "$OPEN_FILES" ] || "$PRLIMIT" --pid "$NETMETER" --nofile="$OPEN_FILES":
echo "$holder" >&8
held= trace=
${END_MEMBERS}
${END_TRACE}
${END_GROUP}
${HOLD_NAMESPACE}
while read -r verb name <&8; do
  if [ "$verb" = hold ] && hold || { [ "$verb" = trace ] && trace=$name; }; then echo ok >&8; else echo failed >&8; fi
done
exec 8<&-
if [ -n "$trace" ]; then end_trace & fi
end_group
[ -n "$held" ] && end_members
exit 0
`;

/** The set that keeps what was tried with a family. */
const tried = (name: string, address: string) =>
  `set ${name} { type ${address} . inet_proto . inet_service; flags dynamic; size 65535; counter; }`;
const remember = (family: 'ipv4' | 'ipv6', set: string, address: string) =>
  `meta l4proto { tcp, udp } meta nfproto ${family} add @${set} { ${address} . meta l4proto . th dport counter }`;

/**
 * Whatever is not for an address inside is remembered and refused, so that it fails at once: TCP by a reset, because an
 * ICMP error that meets a connect in the making would only be noted.
 */
export const REFUSE_RULES = `table inet netmeter_offline {
  ${tried('tried4', 'ipv4_addr')}
  ${tried('tried6', 'ipv6_addr')}
  chain out { type filter hook output priority 0;
    fib daddr type local accept
    ${remember('ipv4', 'tried4', 'ip daddr')}
    ${remember('ipv6', 'tried6', 'ip6 daddr')}
    meta l4proto tcp reject with tcp reset
    reject with icmpx no-route
  }
}
`;

/**
 * The holder: loopback alone. With nft, all routes lead to loopback, where the rules see what is tried; without it there
 * are no routes, and the kernel refuses by itself.
 */
export const OFFLINE_HOLDER_SCRIPT = `
${COVER_FILES}"$IP" link set lo up || exit
if [ -n "$NFT" ] && printf '%s' "$REFUSE_RULES" | "$NFT" -f -; then
  "$IP" addr add 198.18.0.1/32 dev lo && "$IP" route add default dev lo src 198.18.0.1 || exit
  { "$IP" addr add fd6e:6574:6d65::1/128 dev lo nodad && "$IP" -6 route add default dev lo src fd6e:6574:6d65::1; } 2>/dev/null
  echo refusing
else
  echo unreachable
fi
read -r end
`;
