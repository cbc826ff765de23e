/**
 * Shell of a guardian: finds who carries the run's mark `NETMETER_RUN=$RUN` in its environment.
 *
 * In the middle of an exec a process shows no environment, and it may stay there for many looks: who waits to read it is
 * woken just then and takes the CPU from it. Its new memory has no end of an environment yet (`env_end`, field 51 of
 * /proc/PID/stat, proc(5)). So that nobody is overlooked, each orphan that came after `remember_others` must have shown an
 * environment at the very reading that had no mark; where one has not, `doubt_orphans` sets `doubt`. Who has a parent is
 * its parent's: of the run's only orphans and their descendants are left, and they went to netmeter or an
 * ancestor of it.
 */
export const FIND_MARKED = String.raw`known= reapers=1 blank=
remember_others() {
  set -- /proc/[0-9]*
  known=" $* "
  remember_reapers
}

remember_reapers() {
  reapers="$reapers|$PPID"
  set -- "$PPID"
  while [ "$1" -gt 1 ] && read -r stat <"/proc/$1/stat"; do
    set -- \${stat##*) }
    shift
    case $1 in ''|*[!0-9]*) return ;; esac
    reapers="$reapers|$1"
  done
}

is_known() { case $known in *" $1 "*) return 0 ;; esac; return 1; }

add_member() { members="$members $1"; }

add_marked() {
  [ -n "$GREP" ] || return 0
  for file in $("$GREP" -lsxzF "NETMETER_RUN=$RUN" /proc/[0-9]*/environ); do
    pid=\${file#/proc/}
    add_member "\${pid%/environ}"
  done
}

# Without grep nobody has been looked through for the mark: then not orphans alone, nor only who is new.
doubt_orphans() {
  doubt= strangers=
  [ -z "$GREP" ] && set -- /proc/[0-9]* || set -- $("$GREP" -lsE "\) [^ZX] ($reapers) " /proc/[0-9]*/stat)
  for process; do
    process=\${process%/stat}
    is_known "$process" && [ -n "$GREP" ] || strangers="$strangers $process/environ"
  done
  [ -n "$strangers" ] || return 0
  # The first letter of each variable, and of the mark all.
  [ -z "$GREP" ] || shown=$("$GREP" -zsHo -e "^NETMETER_RUN=$RUN\$" -e '^.' $strangers)
  for file in $strangers; do
    pid=\${file#/proc/} pid=\${pid%/environ}
    [ -n "$GREP" ] || read_slowly "$file" "$pid"
    case $shown in
      *"$file:NETMETER_RUN=$RUN"*) add_member "$pid" ;;
      *"$file:"*) ;;
      *) is_known "\${file%/environ}" || is_settled "$pid" || doubt=1 ;;
    esac
  done
} 2>/dev/null

# Byte by byte, as a shell reads: an exec in between cuts the text off. Of a file with NULs a shell's read keeps the rest.
read_slowly() {
  shown= first=
  memory_of "$2" && first=$memory
  while read -r text || [ -n "$text" ]; do
    case $text in *"NETMETER_RUN=$RUN"*) shown="$1:NETMETER_RUN=$RUN"; return ;; esac
    shown=$1: text=
  done <"$1"
  memory_of "$2" && [ "$memory" = "$first" ] || shown=
}

# Of a process that has ended or is about to, what it has started may not be in our list; but only once.
is_settled() {
  true <"/proc/$1/environ" || { [ -e "/proc/$1" ]; return; }
  memory_of "$1" || { known="$known /proc/$1 "; return 1; }
  # It was started without any.
  case $memory in 0\ *) return 1 ;; esac
  [ "\${memory% *}" = "\${memory#* }" ] && return 0
  # Or it has overwritten its environment, as programs do that set their title: still there at the next look.
  case $blank in *" $1 $memory "*) return 0 ;; esac
  blank="$blank $1 $memory "
  return 1
}

# Where its environment is; none (1) of who has no memory: PF_EXITING and PF_KTHREAD of <linux/sched.h>.
memory_of() {
  read -r stat <"/proc/$1/stat" || return 1
  set -- \${stat##*) }
  case $1 in [ZX]*) return 1 ;; esac
  # A name with a newline in it cuts the line off.
  case $7 in '' | *[!0-9]*) return 1 ;; esac
  [ $(($7 & 0x200004)) = 0 ] || return 1
  memory="\${49} \${48}"
}
`.replaceAll('\\$', '$');
