import { END_GROUP } from '../scripts/end-group-script.js';
import { END_MEMBERS, HOLD_NAMESPACE } from '../scripts/end-members-script.js';

/**
 * What an ordinary user's guardian runs: like the other guardian a small shell that outlives netmeter, but with nothing to
 * take back on the host. It starts the holder of the namespaces on descriptor 3, then reads one verb a line from 5:
 *
 *   carry ARG...   start the transport with these arguments, its output on descriptor 4, and hold the namespace
 *
 * At the end of its input it ends the transport, the holder and all that lives in the namespace. Before that no command
 * runs in its foreground: a shell forgets its dead children only then, so that the pids it knows stay theirs.
 */
export const USER_GUARDIAN_SCRIPT = `
held= transport=

# Node has raised its own limit, and the command would inherit it: back to what netmeter was started with.
[ -z "$OPEN_FILES" ] || "$PRLIMIT" --pid "$NETMETER" --nofile="$OPEN_FILES":

[ -n "$RESOLV_TARGET$HOSTS_TARGET" ] && mounts='--mount --propagation slave' || mounts=
{
  exec 0<&3 1>&3 2>&3 3<&- 4<&- 5<&-
  exec "$UNSHARE" --user --map-root-user --net $mounts "$SH" -c 'eval "$HOLDER"' netmeter-holder
} &
holder=$!
# Beside the holder's start it costs no time; which version it is decides what its silence means.
{ exec 0</dev/null 1>&4 2>&4 3<&- 4<&- 5<&-; exec "$TRANSPORT" --version; } &
teller=$!
exec 3<&-
trap '' HUP INT QUIT TERM PIPE USR1 USR2 ALRM TSTP
cd /
${END_MEMBERS}
${END_GROUP}
${HOLD_NAMESPACE}

carry() {
  set +f
  hold
  set -f
  {
    trap - HUP INT QUIT TERM PIPE USR1 USR2 ALRM TSTP
    exec 0</dev/null 1>&4 2>&4 3<&- 4<&- 5<&-
    exec "$TRANSPORT" "$@"
  } &
  transport=$!
  exec 4<&-
}

set -f
while read -r verb rest <&5; do
  case $verb in
    carry) carry $rest ;;
  esac
done
set +f
exec 5<&-
kill -9 $transport $teller $holder
end_group
[ -n "$held" ] && end_members
exit 0
`;
