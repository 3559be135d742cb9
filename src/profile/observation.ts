/**
 * What a container was seen to do, in this folder's own words: the watch turns what it knows into these. Nothing here
 * knows of kernels or containers.
 */

/**
 * Who started a process: the program of its parent by path; `@entry` = it is the container's first process; `@exec` = it
 * was started from outside (a probe, a lifecycle hook, an `exec` session); `@unknown` = the sensor could not say.
 */
export type Parent = `/${string}` | '@entry' | '@exec' | '@unknown';

/** `tcp`, `udp`, or `ip-N` with IANA's number. */
export type Protocol = 'tcp' | 'udp' | `ip-${number}`;

interface Bytes {
  /** 64 hex digits; undefined = not hashed. */
  readonly sha256: string | undefined;
  /** These are the image's own bytes at this very path, or were made from them (Python's bytecode). */
  readonly ofImage: boolean;
}

export interface ProcessRan extends Bytes {
  readonly kind: 'process';
  /** Of the program that really runs, in the container. */
  readonly path: string;
  readonly parent: Parent;
  readonly argv: readonly string[];
  /** False: the sensor kept only the first of it. */
  readonly argvWhole: boolean;
  readonly uid: number;
  /** Effective capabilities as the kernel's bits. */
  readonly capabilities: bigint;
}

/** `execute`: mapped as code, or loaded by an interpreter. A program that is executed is a process. */
export type FileAccess = 'read' | 'write' | 'execute';

export interface FileUsed extends Bytes {
  readonly kind: 'file';
  readonly path: string;
  readonly access: FileAccess;
}

export interface Connected {
  readonly kind: 'connection';
  readonly protocol: Protocol;
  /** Dotted, or RFC 5952. */
  readonly address: string;
  readonly port: number;
  /** The DNS name whose answer was seen to hold the address. */
  readonly name?: string;
  /** The address is one of the container's own resolvers. */
  readonly resolver?: true;
}

export interface Listened {
  readonly kind: 'listen';
  readonly protocol: Protocol;
  /** 0 = the kernel chooses. */
  readonly port: number;
}

/** A program made code in its own memory, as compilers at run time do. */
export interface CodeInMemory {
  readonly kind: 'memory';
}

export type Observation = ProcessRan | FileUsed | Connected | Listened | CodeInMemory;
