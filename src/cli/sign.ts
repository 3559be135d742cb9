import type { Command } from 'commander';
import { attest } from '../attest/index.ts';
import { platformManifests } from '../oci/index.ts';
import { imageSignature } from '../seal/index.ts';
import { openImage, takesImage } from './evidence/image.ts';
import { pair } from './evidence/pairs.ts';
import { type SigningOptions, signingParty, takesSigner } from './evidence/signing.ts';
import { interrupt, printable, write, writeJson } from './output/index.ts';
import type { RegistryFlags } from './source.ts';

interface SignOptions extends SigningOptions, RegistryFlags {
  readonly annotation?: Readonly<Record<string, string>>;
  readonly recursive?: true;
  readonly json?: true;
}

export function register(program: Command): void {
  takesSigner(takesImage(program.command('sign')))
    .description(
      'Signs an image as cosign 3 does: the digest its name means now. `seal` also says what is in it.\n' +
        'Exit status: 0 it is signed, 2 usage, 3 it could not be.',
    )
    .option('-a, --annotation <name=value>', 'said in the signature; may be repeated', pair)
    .option('-r, --recursive', 'also every image of an index')
    .option('--json', 'what was attached, one object a signature')
    .addHelpText('after', '\nExample:\n  holdfast sign registry.example/team/app@sha256:… --key release.key')
    .action(sign);
}

async function sign(text: string, options: SignOptions): Promise<void> {
  using stop = interrupt();
  const { signal } = stop;
  await using image = await openImage(text, options, signal);
  const party = await signingParty(options, signal);
  const root = await image.repository.resolve(image.reference, signal);
  const parts = options.recursive ? await platformManifests(image.repository, root, signal) : [];
  // The index last: when it is signed, all of it is.
  const subjects = [...parts.filter((one) => one.digest !== root.digest), root];
  const signed = [];
  for (const subject of subjects) {
    const statement = imageSignature(subject.digest, options.annotation);
    signed.push({ digest: subject.digest, ...(await attest(image.repository, subject, statement, party, signal)) });
  }
  if (options.json) await writeJson(signed);
  else
    for (const { digest, outcome } of signed)
      await write(`${printable(image.repository.name)}@${digest} signed (${outcome})\n`);
}
