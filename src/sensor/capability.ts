import type { CapabilityState } from './events.ts';

/** One thing the sensor can show, or says that it can't. */
export interface CapabilityInfo {
  /** Said to people: what it shows, or what stays unseen. */
  readonly sentence: string;
  /** What would improve it where it is not shown. */
  readonly improve: string;
  /** Without it coverage of identity is not sufficient. */
  readonly needed: boolean;
}

const btf = 'A kernel of 5.10 or later with BTF (CONFIG_DEBUG_INFO_BTF), and root or CAP_BPF with CAP_PERFMON.';
const cgroupHooks = 'A kernel with CONFIG_CGROUP_BPF and a cgroup2 mount (also beside cgroup v1).';
const fanotify = 'Run the sensor with CAP_SYS_ADMIN on a kernel of 5.9 or later with CONFIG_FANOTIFY.';
/** The sensor has no hook for it anywhere: only what a container may do can be changed. */
const notRead = (closed: string): string => `The sensor reads it on no kernel. ${closed}`;

/** The closed list: what the sensor declares at its start. Names are those of the wire. */
export const capabilities = {
  exec: { sentence: 'Every program that a container starts.', improve: btf, needed: true },
  'fork-exit': { sentence: 'Which program forks, and how reported processes end.', improve: btf, needed: false },
  'network-connect': { sentence: 'TCP and UDP connects.', improve: cgroupHooks, needed: false },
  'network-bind': { sentence: 'Addresses and ports that are bound.', improve: cgroupHooks, needed: false },
  'network-send': { sentence: 'Datagrams sent without a connect.', improve: cgroupHooks, needed: false },
  'cgroup-tracking': {
    sentence: 'Which container a process belongs to, also after its death.',
    improve: btf,
    needed: true,
  },
  'overlay-layer': {
    sentence: 'Whether an executed file lies in an image layer or was written since.',
    improve: 'A kernel whose BTF holds overlayfs types (overlay built in, or its module loaded before the sensor).',
    needed: false,
  },
  'exec-argv': { sentence: 'Arguments of started programs.', improve: btf, needed: false },
  'file-open': {
    sentence: 'Files opened, opened to be executed, and closed after write.',
    improve: fanotify,
    needed: true,
  },
  'volume-open': {
    sentence: 'The same for files on volumes: bind mounts, tmpfs.',
    improve: 'Run the sensor with CAP_SYS_PTRACE, in the initial pid namespace.',
    needed: false,
  },
  'exec-mapping': {
    sentence: 'Files and anonymous memory mapped executable: libraries, dlopen, memfd.',
    improve: 'Run the sensor with CAP_PERFMON (or kernel.perf_event_paranoid ≤ −1).',
    needed: true,
  },
  hash: { sentence: 'The sha256 of what runs, is mapped or loaded.', improve: fanotify, needed: true },
  'mark-before-start': {
    sentence: "A container's files are watched before its first program runs.",
    improve:
      'Run the sensor in the host mount namespace, and name the runtime with --guard when it lies in an unusual place.',
    needed: false,
  },
  'file-handle': {
    sentence: 'The real file below an overlay.',
    improve: 'A kernel of 6.5 or later (AT_HANDLE_FID).',
    needed: false,
  },
  'open-by-handle': {
    sentence: 'A file can be hashed after its path is gone.',
    improve: 'Run the sensor with CAP_DAC_READ_SEARCH; the snapshot filesystem must export file handles.',
    needed: false,
  },
  lsm: {
    sentence: 'LSM programs of BPF. The sensor loads none: this says only what the kernel would take.',
    improve: 'Nothing is gained by it.',
    needed: false,
  },
  fentry: {
    sentence: 'Functions traced by BPF. The sensor traces none: this says only what the kernel would take.',
    improve: 'Nothing is gained by it.',
    needed: false,
  },
  ptrace: {
    sentence: 'One process tracing or changing another.',
    improve: notRead('A seccomp profile that refuses ptrace and process_vm_writev closes it.'),
    needed: false,
  },
  mount: {
    sentence: 'Mounts made inside a container (they are looked for each minute).',
    improve: notRead('Without CAP_SYS_ADMIN and user namespaces a container can make none.'),
    needed: false,
  },
  setns: {
    sentence: 'A process that joins other namespaces.',
    improve: notRead('Without CAP_SYS_ADMIN and user namespaces a container can join none.'),
    needed: false,
  },
  'module-load': {
    sentence: 'Kernel modules loaded by a container.',
    improve: notRead('Without CAP_SYS_MODULE a container can load none.'),
    needed: false,
  },
  'capability-use': {
    sentence: 'Which privileges are really used.',
    improve: notRead('What a container is not given it can not use.'),
    needed: false,
  },
  'raw-socket': {
    sentence: 'Packets sent through raw sockets.',
    improve: notRead('Without CAP_NET_RAW a container has none.'),
    needed: false,
  },
  'mmap-write': {
    sentence: 'Writes through a shared mapping while it stays mapped.',
    improve: 'Nothing known; a read-only root filesystem closes it.',
    needed: false,
  },
} as const satisfies Readonly<Record<string, CapabilityInfo>>;

export type CapabilityName = keyof typeof capabilities;

export interface Capability {
  readonly name: CapabilityName;
  readonly state: CapabilityState;
  /** The errno and the call, or what is partial about it. */
  readonly detail: string;
}

export function isCapabilityName(name: string): name is CapabilityName {
  return Object.hasOwn(capabilities, name);
}
