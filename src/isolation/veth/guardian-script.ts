import { END_GROUP } from '../scripts/end-group-script.js';
import { END_MEMBERS, HOLD_NAMESPACE } from '../scripts/end-members-script.js';
import { END_TRACE } from '../scripts/end-trace-script.js';

/**
 * What the guardian runs: a POSIX shell without children for its scans, because it must be small, start at once and
 * outlive netmeter. It starts the helpers (a fork of a shell costs a tenth of one of Node), each on a socket of its own:
 *
 *   3 ip -batch, on the host   4 tc -batch, on the host   5 nft -i
 *   6 the namespace's holder   7 ip -batch inside, through the holder
 *
 * Then it reads one verb a line and answers each with a line; at the end of its input, however that came about, it ends
 * what still lives in the namespace and takes back what was changed on the host.
 *
 *   hold                 hold the holder's network namespace (so that its interface names stay taken until the end)
 *   forward LINK KEY...  switch /proc/sys/net/KEY on for the sake of LINK, and remember who wanted it
 *   accept LINK FAMILY TABLE CHAIN   let LINK's packets pass a chain that would drop them
 *   trace NAME           take the kernel's trace instance NAME away at the end
 */
export const GUARDIAN_SCRIPT = String.raw`
held= link= keys= chains= trace=$TRACE

# Each helper has its own socket and no other, so that its end is seen.
take() { exec 0<&$1 1>&$1 2>&$1 3<&- 4<&- 5<&- 6<&- 8<&-; [ $1 = 6 ] || exec 7<&-; }
[ -n "$RESOLV_TARGET$HOSTS_TARGET" ] && mounts='--mount --propagation slave' || mounts=
{ take 6; exec "$UNSHARE" --net $mounts "$SH" -c 'eval "$HOLDER"' netmeter-holder; } &
holder=$!
{ take 3; "$IP" -batch - && echo ok || echo failed; } &
{ take 5; exec "$NFT" -i; } &
{ take 4; exec "$TC" -s -j -force -batch -; } &
exec 3<&- 4<&- 5<&- 6<&- 7<&-
trap '' HUP INT QUIT TERM PIPE USR1 USR2 ALRM TSTP
cd /
# Node has raised its own limit, and the command would inherit it: back to what netmeter was started with.
[ -z "$OPEN_FILES" ] || "$PRLIMIT" --pid "$NETMETER" --nofile="$OPEN_FILES":
echo "$holder" >&8

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

accept() {
  chains="$chains $1:$2:$3"
  "$NFT" insert rule "$1" "$2" "$3" oifname "$link*" counter accept comment "\"netmeter $link\"" &&
    "$NFT" insert rule "$1" "$2" "$3" iifname "$link*" counter accept comment "\"netmeter $link\""
}

withdraw() {
  for chain in $chains; do
    family=\${chain%%:*} rest=\${chain#*:}
    table=\${rest%%:*} name=\${rest#*:}
    "$NFT" -a list chain "$family" "$table" "$name" | while read -r rule; do
      case $rule in *"\"netmeter $link\""*) "$NFT" delete rule "$family" "$table" "$name" handle "\${rule##*handle }" ;; esac
    done
  done
}

${END_MEMBERS}
${END_TRACE}
${END_GROUP}
answer() { if "$@" >&8 2>&1; then echo ok >&8; else echo failed >&8; fi; }

${HOLD_NAMESPACE}
while read -r verb rest <&8; do
  case $verb in
    hold) answer hold ;;
    forward) link=\${rest%% *}; answer locked forward \${rest#* } ;;
    accept) link=\${rest%% *}; answer accept \${rest#* } ;;
    trace) trace=$rest; answer true ;;
  esac
done
exec 8<&-
if [ -n "$trace" ]; then end_trace & fi
end_group
[ -n "$held" ] && end_members
[ -n "$keys" ] && locked restore
[ -n "$chains" ] && withdraw
exit 0
`.replaceAll('\\$', '$');
