import { COVER_FILES } from '../scripts/cover-script.js';

/**
 * The holder: loopback alone. It says `up`, and gets a word when the rules are there that see what is tried: then all
 * routes lead to loopback, and it says `ready`. Without them there are no routes, and the kernel refuses by itself.
 */
export const OFFLINE_HOLDER_SCRIPT = `
${COVER_FILES}"$IP" link set lo up || exit
echo up
read -r go || exit
"$IP" addr add 198.18.0.1/32 dev lo && "$IP" route add default dev lo src 198.18.0.1 || exit
{ "$IP" addr add fd6e:6574:6d65::1/128 dev lo nodad && "$IP" -6 route add default dev lo src fd6e:6574:6d65::1; } 2>/dev/null
echo ready
read -r end
`;
