import { END_GROUP } from '../scripts/end-group-script.js';
import { FIND_MARKED } from '../scripts/marked-script.js';

/**
 * What guards a tree that has no namespace of its own. A POSIX shell that needs no other program (a slim image has
 * none): it waits for the end of its input, however that came about, and then ends what carries the run's mark in its
 * environment, with all descendants, and what is in its control group. The line `others /proc/PID ...` names those who are
 * there before, `done` says that there is nothing to end.
 */
export const TREE_GUARDIAN_SCRIPT = String.raw`
trap '' HUP INT QUIT TERM PIPE USR1 USR2 ALRM TSTP
cd /
${END_GROUP}
${FIND_MARKED}
remember_reapers
while read -r word name; do
  case $word in
    others) known=" $name " ;;
    done) break ;;
  esac
done
end_group
[ "$word" = done ] && exit 0

# A process that may not be looked into (setuid) is known by its parent.
find_descendants() {
  while [ -n "$members" ]; do
    before=$members
    for process in /proc/[0-9]*; do
      pid=\${process#/proc/}
      case " $members " in *" $pid "*) continue ;; esac
      read -r stat <"$process/stat" || continue
      stat=\${stat##*) }
      case $stat in [ZX]*) continue ;; esac
      parent=\${stat#* } parent=\${parent%% *}
      case " $members " in *" $parent "*) members="$members $pid" ;; esac
    done
    [ "$members" = "$before" ] && return
  done
} 2>/dev/null

# A tree may grow while it is looked at: one look that finds nobody proves nothing.
pass=0 doubts=0 empty=0
while [ $empty -lt 3 ] && [ $pass -lt 400 ]; do
  pass=$((pass + 1)) members= doubt=
  add_marked
  [ -n "$members" ] || doubt_orphans
  find_descendants
  if [ -n "$members" ]; then
    kill -9 $members 2>/dev/null
    empty=0
  elif [ -n "$doubt" ] && [ $doubts -lt 20 ]; then
    doubts=$((doubts + 1)) empty=0
  else
    empty=$((empty + 1))
  fi
done
exit 0
`.replaceAll('\\$', '$');
