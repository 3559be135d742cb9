/** What a program or library says of what it needs (System V ABI; glibc's ld.so(8)). */
export interface Elf {
  readonly kind: 'elf';
  readonly bits: 32 | 64;
  /** `e_machine`: what can be loaded together has the same. */
  readonly machine: number;
  /** The program that loads it; absent in libraries and static programs. */
  readonly interpreter?: string;
  /** `DT_NEEDED`, in its order. */
  readonly needed: readonly string[];
  /** `DT_RPATH` and `DT_RUNPATH`, cut at colons. */
  readonly rpath: readonly string[];
  readonly runpath: readonly string[];
  /** It names `pthread_exit` or `pthread_cancel`, for which the C library loads `libgcc_s.so.1` when it is called. */
  readonly endsThreads: boolean;
}

/** Begins as ELF does, and can't be read. */
export interface BrokenElf {
  readonly kind: 'broken-elf';
  readonly why: string;
}

export interface Script {
  readonly kind: 'script';
  /** The first line behind `#!`. */
  readonly line: string;
}

/** What the first bytes of a file make it; undefined = data. */
export type Head = Elf | BrokenElf | Script;
