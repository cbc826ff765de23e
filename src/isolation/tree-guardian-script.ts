import { END_TRACE } from './end-trace-script.js';

/**
 * What guards a tree that has no namespace of its own. A POSIX shell that needs no other program (a slim image has
 * none): it waits for the end of its input, however that came about, and then ends what carries the run's mark in its
 * environment, with all descendants. The line `done` says that there is nothing to end, `trace NAME` that the kernel's
 * trace instance NAME is to be taken away at the end.
 */
export const TREE_GUARDIAN_SCRIPT = String.raw`
trap '' HUP INT QUIT TERM PIPE USR1 USR2 ALRM TSTP
cd /
trace=
${END_TRACE}
while read -r word name; do
  case $word in
    trace) trace=$name ;;
    done) break ;;
  esac
done
if [ -n "$trace" ]; then end_trace & fi
[ "$word" = done ] && exit 0

# Of a file with NULs a shell's read keeps the rest.
carries_mark() {
  while read -r text || [ -n "$text" ]; do
    case $text in *"NETMETER_RUN=$RUN"*) return 0 ;; esac
    text=
  done 2>/dev/null <"$1"
  return 1
}

find_marked() {
  members=
  if [ -n "$GREP" ]; then
    for file in $("$GREP" -lsF "NETMETER_RUN=$RUN" /proc/[0-9]*/environ); do
      pid=\${file#/proc/}
      members="$members \${pid%/environ}"
    done
  else
    for process in /proc/[0-9]*; do
      carries_mark "$process/environ" && members="$members \${process#/proc/}"
    done
  fi
} 2>/dev/null

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

# In the middle of an exec a process has no environment, and its parent may be gone: one look that finds nothing proves nothing.
pass=0 empty=0
while [ $empty -lt 5 ] && [ $pass -lt 200 ]; do
  find_marked
  find_descendants
  if [ -n "$members" ]; then
    kill -9 $members 2>/dev/null
    empty=0
  else
    empty=$((empty + 1))
  fi
  pass=$((pass + 1))
done
exit 0
`.replaceAll('\\$', '$');
