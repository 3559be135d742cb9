import type { Command } from 'commander';
import { registerAttach } from './recipe/attach.ts';

export function register(program: Command): void {
  const recipe = program
    .command('recipe')
    .description('Recipes: how an image is built, exercised and hardened (docs/recipe.md).')
    .addHelpText(
      'after',
      '\nExample:\n  holdfast recipe attach web.recipe.yaml registry.example/team/web:1.2 --key release.key',
    );
  registerAttach(recipe);
}
