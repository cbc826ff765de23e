import { COVER_FILES } from '../scripts/cover-script.js';
import { END_GROUP } from '../scripts/end-group-script.js';
import { END_MEMBERS, HOLD_NAMESPACE } from '../scripts/end-members-script.js';

/** Guards a namespace without links: descriptor 3 is the holder's, 4 the conversation with netmeter. */
export const OFFLINE_GUARDIAN_SCRIPT = `
{ exec 0<&3 1>&3 2>&3 3<&- 4<&-; exec "$UNSHARE" $NAMESPACES "$SH" -c 'eval "$HOLDER"' netmeter-holder; } &
holder=$!
exec 3<&- 8<&4 4<&-
trap '' HUP INT QUIT TERM PIPE USR1 USR2 ALRM TSTP
cd /
[ -z "$OPEN_FILES" ] || "$PRLIMIT" --pid "$NETMETER" --nofile="$OPEN_FILES":
echo "$holder" >&8
held=
${END_MEMBERS}
${END_GROUP}
${HOLD_NAMESPACE}
while read -r verb <&8; do
  if [ "$verb" = hold ] && hold; then echo ok >&8; else echo failed >&8; fi
done
exec 8<&-
end_group
[ -n "$held" ] && end_members
exit 0
`;

/**
 * The holder: loopback alone. It says `up`, and gets `refuse` when the rules are there that see what is tried: then all
 * routes lead to loopback. Without them there are no routes, and the kernel refuses by itself.
 */
export const OFFLINE_HOLDER_SCRIPT = `
${COVER_FILES}"$IP" link set lo up || exit
echo up
read -r how
if [ "$how" = refuse ]; then
  "$IP" addr add 198.18.0.1/32 dev lo && "$IP" route add default dev lo src 198.18.0.1 || exit
  { "$IP" addr add fd6e:6574:6d65::1/128 dev lo nodad && "$IP" -6 route add default dev lo src fd6e:6574:6d65::1; } 2>/dev/null
fi
echo ready
read -r end
`;
