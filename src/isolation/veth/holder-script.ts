import { COVER_FILES } from '../scripts/cover-script.js';

/**
 * Runs inside, as the first process. Address autoconfiguration is off before any device exists, or its packets would be
 * counted as the command's. The `tc` that counts starts beside the `ip` that configures, and both wait for their lines.
 * RESOLV_TARGET and HOSTS_TARGET are files to cover, by ones on a file system that only this mount namespace knows.
 */
export const HOLDER_SCRIPT = `
for key in accept_dad router_solicitations accept_ra; do
  echo 0 >/proc/sys/net/ipv6/conf/default/$key
done 2>/dev/null
{ echo 1 >/proc/sys/net/ipv6/conf/default/addr_gen_mode; } 2>/dev/null
${COVER_FILES}# A shell gives what it starts in the background no input but what is said.
exec 5<&0
"$TC" -s -j -force -batch - <&5 5<&- 7<&- &
exec 5<&-
echo "ready $!"
"$IP" -batch - <&7 >&7 2>&7 && echo ok >&7 || echo failed >&7
exec 7<&-
wait
`;
