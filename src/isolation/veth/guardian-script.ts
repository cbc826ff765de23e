import { END_GROUP } from '../scripts/end-group-script.js';
import { END_MEMBERS, HOLD_NAMESPACE } from '../scripts/end-members-script.js';
import { END_TRACE } from '../scripts/end-trace-script.js';

/**
 * What the guardian runs: a POSIX shell without children for its scans, because it must be small, start at once and
 * outlive netmeter. It starts the helpers (a fork of a shell costs a tenth of one of Node), each on a socket of its own:
 *
 *   3 ip -batch, on the host   4 tc -batch, on the host
 *   6 the namespace's holder   7 ip -batch inside, through the holder
 *
 * Then it reads one verb a line from 5 and answers each with a line; at the end of its input, however that came about, it ends
 * what still lives in the namespace and takes back what was changed on the host.
 *
 *   hold                 hold the holder's network namespace (so that its interface names stay taken until the end)
 *   forward LINK KEY...  switch /proc/sys/net/KEY on for the sake of LINK, and remember who wanted it
 *   leaves [JSON]        take these rules of nftables away at the end (give-back.ts), which Node has to do; or nothing any more
 *   trace NAME           take the kernel's trace instance NAME away at the end
 */
export const GUARDIAN_SCRIPT = String.raw`
held= link= keys= left= trace=$TRACE

# Each helper has its own socket and no other, so that its end is seen.
take() { exec 0<&$1 1>&$1 2>&$1 3<&- 4<&- 5<&- 6<&-; [ $1 = 6 ] || exec 7<&-; }
[ -n "$RESOLV_TARGET$HOSTS_TARGET" ] && mounts='--mount --propagation slave' || mounts=
{ take 6; exec "$UNSHARE" --net $mounts "$SH" -c 'eval "$HOLDER"' netmeter-holder; } &
holder=$!
{ take 3; "$IP" -batch - && echo ok || echo failed; } &
{ take 4; exec "$TC" -s -j -force -batch -; } &
exec 3<&- 4<&- 6<&- 7<&-
trap '' HUP INT QUIT TERM PIPE USR1 USR2 ALRM TSTP
cd /
# Node has raised its own limit, and the command would inherit it: back to what netmeter was started with.
[ -z "$OPEN_FILES" ] || "$PRLIMIT" --pid "$NETMETER" --nofile="$OPEN_FILES":
echo "$holder" >&5

# One at a time: the switch is shared by every run on this host. The kernel drops the lock with its holder.
locked() { exec 4</proc/sys/net/ipv4/ip_forward && "$FLOCK" 4; "$@"; status=$?; exec 4<&-; return $status; }

# Another run still relies on KEY when its interface says so.
shared() {
  for other in /sys/class/net/nm*/ifalias; do
    [ "$other" = "/sys/class/net/$link/ifalias" ] && continue
    read -r alias 2>/dev/null <"$other" || continue
    case " $alias " in *" $1 "*) return 0 ;; esac
  done
  return 1
}

mark() { { echo "$1" >"/sys/class/net/$link/ifalias"; } 2>/dev/null; }

forward() { for key; do switch_on "$key" || return; done; }

switch_on() {
  # A device may go at any time, and with it the need.
  [ -e "/proc/sys/net/$1" ] || return 0
  # A sysctl gives its first byte only to a reader of single bytes, and then no newline.
  now=
  read -r now <"/proc/sys/net/$1" || [ -n "$now" ] || return
  [ "$now" = 1 ] && ! shared "$1" && return 0
  keys="$keys $1"
  mark "$keys"
  echo 1 >"/proc/sys/net/$1"
}

restore() {
  mark ''
  for key in $keys; do
    shared "$key" || echo 0 >"/proc/sys/net/$key"
  done
}

${END_MEMBERS}
${END_TRACE}
${END_GROUP}
answer() { if "$@" >&5 2>&1; then echo ok >&5; else echo failed >&5; fi; }

${HOLD_NAMESPACE}
while read -r verb rest <&5; do
  case $verb in
    hold) answer hold ;;
    forward) link=\${rest%% *}; answer locked forward \${rest#* } ;;
    leaves) left=$rest; answer true ;;
    trace) trace=$rest; answer true ;;
  esac
done
exec 5<&-
if [ -n "$trace" ]; then end_trace & fi
end_group
[ -n "$held" ] && end_members
[ -n "$keys" ] && locked restore
[ -n "$left" ] && "$NODE" "$ENTRY" "$GIVE_BACK" "$left"
exit 0
`.replaceAll('\\$', '$');
