import { HoldfastError } from '../../errors/index.ts';
import type { ImageConfig } from '../../oci/index.ts';
import type { RecipeRun } from '../../profile/index.ts';
import { capabilityNames } from './capabilities.ts';
import type { User } from './user.ts';

/** How a container is run, beside what its run says. */
export interface Surroundings {
  readonly hostname: string;
  /** A file of the network namespace. */
  readonly network: string;
  /** Where the run names another than the image. */
  readonly user: User | undefined;
  readonly mounts: readonly BindMount[];
}

export interface BindMount {
  /** On the host. */
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
}

/** The part of an OCI runtime specification that is read or changed here; all else stays as containerd's client made it. */
interface Spec {
  readonly hostname?: string;
  readonly process: {
    readonly env?: readonly string[];
    readonly capabilities?: { readonly bounding?: readonly string[] };
    readonly [more: string]: unknown;
  };
  readonly root: { readonly path: string; readonly readonly?: boolean };
  readonly mounts?: readonly unknown[];
  readonly linux: {
    readonly namespaces: readonly { readonly type: string; readonly path?: string }[];
    readonly [more: string]: unknown;
  };
}

/**
 * The command line as Kubernetes makes it: `entrypoint` takes the place of the image's and of its arguments, `arguments`
 * that of the image's arguments.
 * @throws HoldfastError `recipe-malformed` where neither says what to run
 */
export function commandLine(run: Pick<RecipeRun, 'name' | 'entrypoint' | 'arguments'>, image: ImageConfig) {
  const command = run.arguments ?? (run.entrypoint === undefined ? image.command : []);
  const line = [...(run.entrypoint ?? image.entrypoint), ...command];
  if (line.length > 0) return line;
  throw new HoldfastError('recipe-malformed', 'neither it nor the image says what to run', {
    place: `run ${run.name}`,
  });
}

/** What containerd's client made of the image, as a kubelet would run it by this run of a recipe. Pure. */
export function specOf(made: unknown, run: RecipeRun, image: ImageConfig, around: Surroundings): unknown {
  const spec = made as Spec;
  const capabilities = capabilitiesOf(run, spec.process.capabilities?.bounding ?? []);
  const { rlimits: _, ...process } = spec.process;
  return {
    ...spec,
    hostname: around.hostname,
    process: {
      ...process,
      args: commandLine(run, image),
      env: environmentOf(spec.process.env ?? [], { HOSTNAME: around.hostname, ...run.environment }),
      ...(run.workingDirectory === undefined ? {} : { cwd: run.workingDirectory }),
      ...(around.user === undefined ? {} : { user: around.user }),
      noNewPrivileges: false,
      capabilities: { bounding: capabilities, effective: capabilities, permitted: capabilities },
    },
    root: { ...spec.root, readonly: run.readOnlyRoot },
    mounts: [...(spec.mounts ?? []), ...around.mounts.map(bind)],
    linux: {
      ...spec.linux,
      namespaces: [
        ...spec.linux.namespaces.filter(({ type }) => type !== 'network'),
        { type: 'network', path: around.network },
      ],
    },
  };
}

function environmentOf(image: readonly string[], own: Readonly<Record<string, string>>): readonly string[] {
  const kept = image.filter((one) => !Object.hasOwn(own, one.slice(0, one.indexOf('='))));
  return [...kept, ...Object.entries(own).map(([name, value]) => `${name}=${value}`)];
}

/** As containerd reads a pod's: ALL first, then one by one. */
function capabilitiesOf({ capabilities: { add, drop } }: RecipeRun, usual: readonly string[]): readonly string[] {
  const first = add.includes('ALL') ? capabilityNames : drop.includes('ALL') ? [] : usual;
  const dropped = new Set(named(drop));
  return [...new Set([...first, ...named(add)])].filter((one) => !dropped.has(one));
}

function named(names: readonly string[]): readonly string[] {
  return names.filter((one) => one !== 'ALL').map((one) => (one.startsWith('CAP_') ? one : `CAP_${one}`));
}

function bind({ source, target, readOnly }: BindMount): unknown {
  return {
    type: 'bind',
    source,
    destination: target,
    options: ['rbind', 'rprivate', readOnly ? 'ro' : 'rw'],
  };
}
