#!/bin/sh
# Holds an ordinary user's namespace with loopback alone. It says `up`, and gets a word when the rules are there that see what
# is tried: then all routes lead to loopback, and it says `ready`. Without them there are no routes, and the kernel refuses by
# itself. Lives until the end of its input.
exec <&3 >&3 3<&-
# shellcheck source=src/isolation/scripts/cover-files.sh
. "${0%/*}/cover-files.sh"
"$IP" link set lo up || exit
echo up
read -r _ || exit
"$IP" addr add 198.18.0.1/32 dev lo && "$IP" route add default dev lo src 198.18.0.1 || exit
{ "$IP" addr add fd6e:6574:6d65::1/128 dev lo nodad && "$IP" -6 route add default dev lo src fd6e:6574:6d65::1; } 2>/dev/null
echo ready
read -r _
