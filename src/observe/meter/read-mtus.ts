import { readdirSync, readFileSync } from 'node:fs';

/** The MTU of each device by its number, from a /sys/class/net of its namespace; what cannot be read is left out. */
export function readMtus(folder: string): ReadonlyMap<number, number> {
  try {
    const devices = readdirSync(folder).map(
      (name) => [number(`${folder}/${name}/ifindex`), number(`${folder}/${name}/mtu`)] as const,
    );
    return new Map(devices.filter(([device, mtu]) => device > 0 && mtu > 0));
  } catch {
    return new Map();
  }
}

function number(file: string): number {
  try {
    return Number(readFileSync(file, 'latin1'));
  } catch {
    return 0;
  }
}
