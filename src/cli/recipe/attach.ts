import type { Command } from 'commander';
import { platformManifests } from '../../oci/index.ts';
import { imagesOfRecipe, recipeStatement } from '../../seal/index.ts';
import { attachGiven } from '../evidence/attach-given.ts';
import { givenRecipe } from '../evidence/given.ts';
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
    .argument('<recipe>', 'a file, YAML or JSON')
    .argument('<image>', 'in a registry, or oci:DIR[:TAG]: an image, or an index of several');
  takesSigner(takesRegistryFlags(command))
    .description(
      'Signs a recipe and attaches it to the images of its platforms, or to all of an index where it names none. What is no\n' +
        'recipe is refused before anything is signed. Again is safe: by the same key it is attached once.\n' +
        'Exit status: 0 it is attached, 2 usage, 3 it could not be.',
    )
    .option('--json', 'what was attached')
    .addHelpText(
      'after',
      `${imageHelp}\n\nExample:\n  holdfast recipe attach web.recipe.yaml registry.example/team/web:1.2 --key release.key`,
    )
    .action(attach);
}

async function attach(file: string, text: string, options: AttachOptions): Promise<void> {
  using stop = interrupt();
  const { signal } = stop;
  const given = await givenRecipe(file);
  await using opened = await openImage(text, options, signal);
  const { repository, reference } = opened;
  const all = await platformManifests(repository, await repository.resolve(reference, signal), signal);
  const images = await imagesOfRecipe(repository, all, given, signal);
  const attaching = images.map((image) => ({ image, said: recipeStatement(image.digest, given.document) }));
  await attachGiven(repository, attaching, options, signal);
}
