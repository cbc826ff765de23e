import { Assembler } from '../../linux/bpf/assembler.js';
import { currentPid, readKernel } from './current-process.js';
import { COMM, PROCESS, PROGRAM, STATE } from './process-layout.js';
import type { ProcessMaps } from './process-maps.js';
import { STACK } from './stack.js';

/**
 * Where struct linux_binprm (include/linux/binfmts.h) has the top of the new stack, the number of words, and the name; from
 * 6.3 to 6.18 at least. What is read there is checked: the stack begins with that number (create_elf_tables(),
 * fs/binfmt_elf.c), and the name's last part must be the process' own.
 */
const BINPRM = { tops: [32, 24], words: 88, file: 96 } as const;

const KEY = STACK.pair;
const [TOP, FIRST, LAST] = [STACK.common, STACK.common + 8, STACK.common + 16];

/**
 * Notes what a process executes: its name, the program as it was asked for, and its words. At the raw tracepoint
 * sched_process_exec (exec_binprm(), fs/exec.c), which runs in the process; all its other threads are gone.
 *
 * Arguments: the task, the number that its thread had, what is executed. r6: these. r8: the process. r9: its program.
 */
export function followExecs(maps: ProcessMaps): Assembler {
  const code = new Assembler();
  currentPid(code.move('r6', 'r1'));
  code.lookUp(maps.processes, STACK.pid).jumpIf('r0', '==', 0, 'out').move('r8', 'r0');
  code.store('u64', 'r8', PROCESS.at.threads, 1).move('r1', 'r8').compute('add', 'r1', COMM.at);
  code.move('r2', COMM.size).call('get_current_comm');
  code.load('u32', 'r1', 'r6', 8).store('u32', 'r10', KEY, 'r1');
  code.remove(maps.threads, KEY);
  code.store('u32', 'r10', KEY, 0).store('u64', 'r8', PROCESS.at.program, 0);
  code.lookUp(maps.words, KEY).jumpIf('r0', '==', 0, 'out').move('r9', 'r0');
  for (let at = 0; at < COMM.size; at += 8)
    code.load('u64', 'r1', 'r8', COMM.at + at).store('u64', 'r9', PROGRAM.comm + at, 'r1');
  readFile(code);
  readLine(code);
  forgetProgram(code, maps);
  code
    .loadMapValue('r1', maps.state)
    .move('r2', 1)
    .atomicFetchAdd('r1', STATE.at.ids, 'r2')
    .compute('add', 'r2', 1)
    .store('u64', 'r10', KEY, 'r2')
    .store('u64', 'r8', PROCESS.at.program, 'r2')
    .store('u64', 'r8', PROCESS.at.ownProgram, 'r2');
  code.loadMap('r1', maps.programs).placeOnStack('r2', KEY).move('r3', 'r9').move('r4', 0).call('map_update_elem');
  return code.label('out').move('r0', 0).exit();
}

/** The program as it was asked for; no text where it cannot be read. */
function readFile(code: Assembler): void {
  code.store('u8', 'r9', PROGRAM.file, 0).load('u64', 'r3', 'r6', 16).compute('add', 'r3', BINPRM.file);
  readKernel(code, STACK.scratch, 8)
    .move('r1', 'r9')
    .compute('add', 'r1', PROGRAM.file)
    .move('r2', PROGRAM.fileSize)
    .load('u64', 'r3', 'r10', STACK.scratch)
    .call('probe_read_kernel_str');
}

/** Its words, which stand one behind the other on its stack; none where it is another kind of stack (32 bits). */
function readLine(code: Assembler): void {
  code.store('u64', 'r9', PROGRAM.words, 0).store('u64', 'r9', PROGRAM.length, 0);
  code.load('u64', 'r3', 'r6', 16).compute('add', 'r3', BINPRM.words);
  readKernel(code, STACK.scratch, 4).load('u32', 'r7', 'r10', STACK.scratch);
  for (const top of BINPRM.tops) {
    code.load('u64', 'r3', 'r6', 16).compute('add', 'r3', top);
    readKernel(code, TOP, 8).load('u64', 'r3', 'r10', TOP);
    readUser(code, STACK.scratch).load('u64', 'r1', 'r10', STACK.scratch).jumpIf('r1', '==', 'r7', 'stack');
  }
  code.jump('read').label('stack').jumpIf('r7', '==', 0, 'read').load('u64', 'r3', 'r10', TOP).compute('add', 'r3', 8);
  readUser(code, FIRST).jumpIf('r0', '!=', 0, 'read');
  code.move('r1', 'r7').compute('shiftLeft', 'r1', 3).load('u64', 'r3', 'r10', TOP).compute('add', 'r3', 'r1');
  readUser(code, LAST).jumpIf('r0', '!=', 0, 'read');
  copyWords(code);
  code.label('read');
}

/** The length of all words is known by how long the last one is, which may be longer than there is room for. */
function copyWords(code: Assembler): void {
  const line = () => code.move('r1', 'r9').compute('add', 'r1', PROGRAM.line);
  line()
    .move('r2', PROGRAM.lineSize)
    .load('u64', 'r3', 'r10', LAST)
    .call('probe_read_user_str')
    .jumpIf('r0', 'signed <=', 0, 'read')
    .load('u64', 'r2', 'r10', LAST)
    .compute('add', 'r2', 'r0')
    .load('u64', 'r3', 'r10', FIRST)
    .compute('subtract', 'r2', 'r3')
    .store('u64', 'r10', STACK.scratch, 'r2')
    .jumpIf('r2', '<=', PROGRAM.lineSize, 'all of it')
    .move('r2', PROGRAM.lineSize)
    .label('all of it');
  line()
    .load('u64', 'r3', 'r10', FIRST)
    .call('probe_read_user')
    .jumpIf('r0', '!=', 0, 'read')
    .store('u64', 'r9', PROGRAM.words, 'r7')
    .load('u64', 'r1', 'r10', STACK.scratch)
    .store('u64', 'r9', PROGRAM.length, 'r1');
}

/** 8 octets of the process' own memory at r3 to the stack; r0: not 0 where they cannot be read. */
const readUser = (code: Assembler, place: number) =>
  code.placeOnStack('r1', place).move('r2', 8).call('probe_read_user');

/** What it has executed before, where nobody was forked with that. */
function forgetProgram(code: Assembler, { programs }: ProcessMaps): void {
  code
    .load('u64', 'r1', 'r8', PROCESS.at.ownProgram)
    .jumpIf('r1', '==', 0, 'forgotten')
    .store('u64', 'r10', KEY, 'r1')
    .load('u64', 'r1', 'r8', PROCESS.at.children)
    .jumpIf('r1', '!=', 0, 'forgotten');
  code.remove(programs, KEY).label('forgotten');
}
