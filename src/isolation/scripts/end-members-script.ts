import { FIND_MARKED } from './marked-script.js';

/** Shell of a guardian: holds the namespace of `$holder` on descriptor 3, so that its members can be known. */
export const HOLD_NAMESPACE = `hold() {
  remember_others
  exec 3<"/proc/$holder/ns/net"
  # Never the host's own: every process of it would be ended.
  [ /proc/self/fd/3 -ef /proc/self/ns/net ] || held=1
  [ -n "$held" ]
}
`;

/**
 * Shell of a guardian: ends every member of the held namespace, who carries the run's mark `NETMETER_RUN=$RUN` although it
 * has left for a namespace of its own, and the descendants of both. Few children for its scans, because it must be fast.
 */
export const END_MEMBERS = String.raw`${FIND_MARKED}
add_inside() {
  while :; do
    before=$members
    for process in /proc/[0-9]*; do
      pid=\${process#/proc/}
      case " $members " in *" $pid "*) continue ;; esac
      if [ "$process/ns/net" -ef /proc/self/fd/3 ]; then members="$members $pid"; continue; fi
      [ -n "$members" ] && read -r stat <"$process/stat" || continue
      stat=\${stat##*) } parent=\${stat#* } parent=\${parent%% *}
      case " $members " in *" $parent "*) members="$members $pid" ;; esac
    done
    [ "$members" = "$before" ] && return
  done
}

end_members() {
  pass=0 doubts=0
  while [ $pass -lt 400 ]; do
    pass=$((pass + 1)) members= doubt=
    add_marked
    add_inside
    [ -n "$members" ] || doubt_orphans
    if [ -n "$members" ]; then
      kill -9 $members
    elif [ -n "$doubt" ] && [ $doubts -lt 20 ]; then
      doubts=$((doubts + 1))
    else
      return
    fi
  done
}
`.replaceAll('\\$', '$');
