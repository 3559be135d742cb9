import { createReadStream } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { HoldfastError } from '../../errors/index.ts';
import { type ParsedDocument, parseDocuments } from '../document/parse.ts';
import { policyLimits } from '../limits.ts';
import type { ImageException } from '../schema/image-exception.ts';
import type { TrustPolicy } from '../schema/trust-policy.ts';
import { type CompiledPolicy, compilePolicy } from './policy.ts';

export interface LoadedPolicies {
  readonly policies: readonly CompiledPolicy[];
  /** Exceptions that stand in the files. They are not signed there, so they are for signing, not for deciding. */
  readonly exceptions: readonly ImageException[];
}

/**
 * Reads the files, the keys they name (beside the file), and compiles every policy.
 * @throws HoldfastError `policy-unreadable`, and all of `parseDocuments` and `compilePolicy`
 */
export async function loadPolicies(files: readonly string[], signal: AbortSignal): Promise<LoadedPolicies> {
  const policies: CompiledPolicy[] = [];
  const exceptions: ImageException[] = [];
  for (const file of files) {
    const documents = parseDocuments(file, await bounded(file, policyLimits.fileBytes, file, signal));
    const keys = await keyFiles(file, documents, signal);
    for (const document of documents) {
      if (document.kind === 'ImageException') {
        exceptions.push(document.exception);
        continue;
      }
      const { policy, place } = document;
      if (policies.some(({ name }) => name === policy.metadata.name)) {
        throw new HoldfastError('policy-malformed', 'a policy of this name was read already', {
          place: place(['metadata', 'name']),
        });
      }
      policies.push(compilePolicy(policy, { place, keyText: (name) => keys.get(name) }));
    }
  }
  return { policies, exceptions };
}

async function keyFiles(
  policyFile: string,
  documents: readonly ParsedDocument[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  for (const document of documents) {
    if (document.kind !== 'TrustPolicy') continue;
    for (const { name, place } of namedFiles(document.policy, document.place)) {
      if (texts.has(name)) continue;
      const bytes = await bounded(resolve(dirname(policyFile), name), policyLimits.keyBytes, place, signal);
      texts.set(name, bytes.toString('utf8'));
    }
  }
  return texts;
}

function namedFiles(
  { spec }: TrustPolicy,
  place: ParsedDocument['place'],
): readonly { readonly name: string; readonly place: string }[] {
  return spec.authorities.flatMap(({ keys }, authority) =>
    keys.flatMap(({ file }, key) =>
      file === undefined ? [] : [{ name: file, place: place(['spec', 'authorities', authority, 'keys', key, 'file']) }],
    ),
  );
}

/** Reads no more than one byte beyond the limit, whatever the file says of its size. */
async function bounded(file: string, limit: number, place: string, signal: AbortSignal): Promise<Buffer> {
  const parts: Buffer[] = [];
  try {
    for await (const part of createReadStream(file, { end: limit, signal })) parts.push(part as Buffer);
  } catch (cause) {
    signal.throwIfAborted();
    throw new HoldfastError('policy-unreadable', (cause as Error).message, { place, cause });
  }
  const bytes = Buffer.concat(parts);
  if (bytes.length > limit) throw new HoldfastError('policy-limit', `${file} is longer than ${limit} bytes`, { place });
  return bytes;
}
