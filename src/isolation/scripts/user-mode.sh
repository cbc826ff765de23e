#!/bin/sh
# Runs inside, as the first process, as the root of a user namespace of its own. Address autoconfiguration is off before any
# device exists, or its packets would be counted as the command's. The tap is made and configured here, so that the transport
# only has to attach to it, and asks nobody for anything.
#
# Says `made`, and at the word to go on `ready` once the tap is attached to; lives until the end of its input.
exec <&3 >&3 3<&-
for key in accept_dad router_solicitations accept_ra; do
  echo 0 >/proc/sys/net/ipv6/conf/default/$key
done 2>/dev/null
{ echo 1 >/proc/sys/net/ipv6/conf/default/addr_gen_mode; } 2>/dev/null
# shellcheck source=src/isolation/scripts/cover-files.sh
. "${0%/*}/cover-files.sh"
printf '%s\n' "$TAP_LINES" | "$IP" -batch - || exit
echo made
# Without a netmeter nobody would attach.
read -r _ || exit
# IFF_LOWER_UP of a tap: a program has attached to it.
while :; do
  case $("$IP" -o link show "$TAP") in
    '') exit ;;
    *LOWER_UP*) break ;;
  esac
done
for gateway in $ASK; do
  "$IP" neigh replace "$gateway" dev "$TAP" use || exit
  while :; do
    case $("$IP" neigh show "$gateway" dev "$TAP") in *REACHABLE*) break ;; esac
  done
  # Or it would be asked for again every half minute.
  "$IP" neigh change "$gateway" dev "$TAP" nud permanent || exit
done
echo ready
read -r _
# A transport whose guardian was killed together with netmeter is nobody's: it ends with its tap.
exec "$IP" link del "$TAP"
