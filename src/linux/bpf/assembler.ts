import type { Register } from './instruction.js';
import { InstructionWriter } from './instruction-writer.js';

type Map = { readonly fd: number };

/** BPF_NOEXIST of bpf_map_update_elem(), linux/bpf.h: only what has no entry gets one. */
export const NOEXIST = 1;

/** Writes a BPF program: instructions, and what takes several of them. Keys and values of maps are places on the stack, below r10. */
export class Assembler extends InstructionWriter {
  /** `to = r10 + place`. */
  placeOnStack(to: Register, place: number): this {
    return this.move(to, 'r10').compute('add', to, place);
  }

  /** r0 = where the map has the key's value; 0: it has none. r1 to r5 are lost, as at each call. */
  lookUp(map: Map, key: number): this {
    return this.loadMap('r1', map).placeOnStack('r2', key).call('map_lookup_elem');
  }

  /** Gives the key the value; r0: not 0 where there is no room, or `flags` forbid it. */
  update(map: Map, key: number, value: number, flags = 0): this {
    return this.loadMap('r1', map)
      .placeOnStack('r2', key)
      .placeOnStack('r3', value)
      .move('r4', flags)
      .call('map_update_elem');
  }

  /** Takes the key's entry out of the map. */
  remove(map: Map, key: number): this {
    return this.loadMap('r1', map).placeOnStack('r2', key).call('map_delete_elem');
  }

  /** Goes on with the program in the only place of `programs`, for good; behind this one where there is none. r1 to r3 are lost. */
  tailCall(context: Register, programs: { readonly fd: number }): this {
    return this.move('r1', context).loadMap('r2', programs).move('r3', 0).call('tail_call');
  }
}
