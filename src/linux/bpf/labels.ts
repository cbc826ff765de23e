import { highHalf, INSTRUCTION_SIZE } from './instruction.js';

/** The labels of a program, and the jumps to them, by the number of an instruction. */
export class Labels {
  readonly #places = new Map<string, number>();
  readonly #jumps: { readonly at: number; readonly label: string }[] = [];
  #made = 0;

  /** @throws {Error} there is such a label */
  put(label: string, at: number): void {
    if (this.#places.has(label)) throw new Error(`label ${label} stands twice`);
    this.#places.set(label, at);
  }

  /** A label that no other has. */
  newLabel(name: string): string {
    this.#made += 1;
    return `${name}#${this.#made}`;
  }

  /** The label may still be put. */
  jump(at: number, label: string): void {
    this.#jumps.push({ at, label });
  }

  /** Writes into a program where its jumps, whose offsets are 0, lead. @throws {Error} nowhere; {RangeError} or too far */
  lead(program: Int32Array): void {
    for (const { at, label } of this.#jumps) {
      const first = at * INSTRUCTION_SIZE;
      program[first] = (program[first] ?? 0) | highHalf(this.#distance(at, label));
    }
  }

  /** In instructions, from the one behind the jump. */
  #distance(at: number, label: string): number {
    const target = this.#places.get(label);
    if (target === undefined) throw new Error(`no label ${label}, to which instruction ${at} jumps`);
    return target - at - 1;
  }
}
