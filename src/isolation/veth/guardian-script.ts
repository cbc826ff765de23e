import { END_GROUP } from '../scripts/end-group-script.js';
import { END_MEMBERS } from '../scripts/end-members-script.js';
import { END_TRACE } from '../scripts/end-trace-script.js';

/**
 * What the guardian runs: a POSIX shell without children for its scans, because it must be small, start at once and
 * outlive netmeter. It holds the command's network namespace on descriptor 3 and reads one verb a line from 4, which it answers
 * with a line; at the end of its input, however that came about, it ends what still lives in the namespace and takes back
 * what was changed on the host.
 *
 *   forward LINK KEY...  switch /proc/sys/net/KEY on for the sake of LINK, and remember who wanted it
 *   leaves [JSON]        take these rules of nftables away at the end (give-back.ts), which Node has to do; or nothing any more
 *   trace NAME           take the kernel's trace instance NAME away at the end
 */
export const GUARDIAN_SCRIPT = String.raw`
held= link= keys= left= trace=$TRACE
trap '' HUP INT QUIT TERM PIPE USR1 USR2 ALRM TSTP
cd /

# One at a time: the switch is shared by every run on this host. The kernel drops the lock with its holder. flock(2) asks no
# more than to read: it is a file beside the switch that root alone may open, and nobody is waited for for ever.
lock=/proc/sys/net/ipv4/tcp_fastopen_key
[ -e "$lock" ] || lock=/proc/sys/net/ipv4/ip_forward
locked() { exec 5<"$lock" && "$FLOCK" -w 10 5; "$@"; status=$?; exec 5<&-; return $status; }

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
answer() { if "$@" >&4 2>&1; then echo ok >&4; else echo failed >&4; fi; }

remember_others
# Never the host's own: every process of it would be ended.
[ /proc/self/fd/3 -ef /proc/self/ns/net ] || held=1
[ -n "$held" ] && echo ok >&4 || echo failed >&4
while read -r verb rest <&4; do
  case $verb in
    forward) link=\${rest%% *}; answer locked forward \${rest#* } ;;
    leaves) left=$rest; answer true ;;
    trace) trace=$rest; answer true ;;
  esac
done
exec 4<&-
if [ -n "$trace" ]; then end_trace & fi
end_group
[ -n "$held" ] && end_members
[ -n "$keys" ] && locked restore
[ -n "$left" ] && "$NODE" "$ENTRY" "$GIVE_BACK" "$left"
exit 0
`.replaceAll('\\$', '$');
