import { END_GROUP } from '../../scripts/end-group-script.js';
import { END_MEMBERS } from '../../scripts/end-members-script.js';

/**
 * What the guardian runs: a POSIX shell without children for its scans, because it must be small, start at once and
 * outlive netmeter. It holds the command's network namespace on descriptor 3, the run's tables of nftables on 5 and the lock of its note
 * on 6, and reads one verb a line from 4, which it answers with a line. Unless it heard that all is given back, it ends at the
 * end of its input what still lives in the namespace, and has netmeter's own file give back the rest.
 *
 *   leaves JSON   what is to be given back (host-changes.ts)
 *   done          nobody lives, and nothing is to be given back
 */
export const GUARDIAN_SCRIPT = `
held= left= over=
trap '' HUP INT QUIT TERM PIPE USR1 USR2 ALRM TSTP
cd /

${END_MEMBERS}
${END_GROUP}
answer() { if "$@" >&4 2>&1; then echo ok >&4; else echo failed >&4; fi; }

remember_others
# Never the host's own: every process of it would be ended.
[ /proc/self/fd/3 -ef /proc/self/ns/net ] || held=1
[ -n "$held" ] && echo ok >&4 || echo failed >&4
while read -r verb rest <&4; do
  case $verb in
    leaves) left=$rest; answer true ;;
    done) over=1 ;;
  esac
done
exec 4<&-
[ -z "$over" ] || exit 0
end_group
[ -n "$held" ] && end_members
[ -n "$left" ] && "$NODE" "$ENTRY" "$GIVE_BACK" "$left"
exit 0
`;
