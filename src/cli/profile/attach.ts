import type { Command } from 'commander';
import { platformManifests } from '../../oci/index.ts';
import { imageOfProfile, profileStatement } from '../../seal/index.ts';
import { attachGiven } from '../evidence/attach-given.ts';
import { givenProfile } from '../evidence/given.ts';
import { imageHelp, openImage } from '../evidence/image.ts';
import { type SigningOptions, takesSigner } from '../evidence/signing.ts';
import { interrupt } from '../output/index.ts';
import { type RegistryFlags, takesRegistryFlags } from '../source.ts';

interface AttachOptions extends SigningOptions, RegistryFlags {
  readonly json?: true;
}

export function registerAttach(parent: Command): void {
  const command = parent
    .command('attach')
    .argument('<profile>', 'a file')
    .argument('<image>', 'in a registry, or oci:DIR[:TAG]: the image the profile is of, or an index that lists it');
  takesSigner(takesRegistryFlags(command))
    .summary('sign it and attach it to its image')
    .description(
      'Signs a profile and attaches it to the platform manifest that it is of. One that is malformed, at odds with itself, too\n' +
        'large or of another image is refused before anything is signed. Again is safe: by the same key it is attached once.\n' +
        'Exit status: 0 it is attached, 2 usage, 3 it could not be.',
    )
    .option('--json', 'what was attached')
    .addHelpText(
      'after',
      `${imageHelp}\n\nExample:\n  holdfast profile attach web.profile.json registry.example/team/web:1.2 --key release.key`,
    )
    .action(attach);
}

async function attach(file: string, text: string, options: AttachOptions): Promise<void> {
  using stop = interrupt();
  const { signal } = stop;
  const given = await givenProfile(file);
  await using opened = await openImage(text, options, signal);
  const { repository, reference } = opened;
  const images = await platformManifests(repository, await repository.resolve(reference, signal), signal);
  const image = imageOfProfile(images, given);
  await attachGiven(repository, [{ image, said: profileStatement(image.digest, given.document) }], options, signal);
}
