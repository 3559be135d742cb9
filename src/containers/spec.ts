import { HoldfastError } from '../errors/index.ts';
import { connect } from './api/connection.ts';
import { getContainerSpec, updateContainerSpec } from './api/methods.ts';

/** Which container of which containerd. */
export interface SpecOptions {
  readonly socket: string;
  readonly namespace: string;
  readonly id: string;
  readonly signal: AbortSignal;
}

/**
 * Changes the OCI runtime specification of a container that was made and not started yet: `ctr` has no words for most of it.
 * @throws HoldfastError `not-found`, `containerd-unreachable`, `containerd-refused`, `containerd-malformed`
 */
export async function editSpec(options: SpecOptions, edit: (spec: unknown) => unknown): Promise<void> {
  const { namespace, id, signal } = options;
  const connection = connect(options.socket);
  try {
    const held = (await connection.find(getContainerSpec, { id }, { namespace, signal }))?.container?.spec;
    if (held === undefined) throw new HoldfastError('not-found', 'no such container', { place: `${namespace}/${id}` });
    const spec = { typeUrl: held.typeUrl, value: Buffer.from(JSON.stringify(edit(parsed(held.value, id)))) };
    const updateMask = { paths: ['spec'] };
    await connection.call(updateContainerSpec, { container: { id, spec }, updateMask }, { namespace, signal });
  } finally {
    connection.close();
  }
}

function parsed(value: Uint8Array, id: string): unknown {
  try {
    return JSON.parse(Buffer.from(value).toString('utf8'));
  } catch (cause) {
    throw new HoldfastError('containerd-malformed', "a container's specification is not JSON", { place: id, cause });
  }
}
