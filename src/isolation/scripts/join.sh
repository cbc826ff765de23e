#!/bin/sh
# Runs in a namespace that somebody else has made until its input ends. Like `ip netns exec`: in mounts of its own it shows the
# namespace's /sys, where the control groups stay, and each file of /etc/netns/NAME over that of /etc.
exec <&3 >&3 3<&-
(cd /sys/fs/cgroup && "$MOUNT" -t sysfs netmeter /sys && "$MOUNT" --no-canonicalize --rbind . /sys/fs/cgroup) 2>/dev/null
for file in "$ETC"/*; do
  over=/etc/${file##*/}
  [ -n "$ETC" ] && [ -e "$file" ] && [ -e "$over" ] || continue
  "$MOUNT" --bind "$file" "$over" || exit
done
# shellcheck source=src/isolation/scripts/cover-files.sh
. "${0%/*}/cover-files.sh"
echo ready
read -r _
