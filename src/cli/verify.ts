import type { Command } from 'commander';
import { openImage, takesImage } from './evidence/image.ts';
import { many } from './evidence/pairs.ts';
import { judgedPage, judgeOpened, policiesOf } from './evidence/policy.ts';
import { interrupt, progress, write, writeJson } from './output/index.ts';
import type { RegistryFlags } from './source.ts';

interface VerifyOptions extends RegistryFlags {
  readonly policy: readonly string[];
  readonly trustedRoot?: readonly string[];
  readonly name?: string;
  readonly platform?: readonly string[];
  readonly explain?: true;
  readonly json?: true;
}

export function register(program: Command): void {
  takesImage(program.command('verify'))
    .description(
      'Whether TrustPolicies allow an image: its signatures and attestations, wherever they are attached, are verified and judged.\n' +
        'Nothing is fetched but the image and what is attached to it.\n' +
        'Exit status: 0 allowed (or only warned of), 1 denied, 2 usage, 3 it could not be told.',
    )
    .requiredOption('--policy <file>', 'TrustPolicies, YAML or JSON; may be repeated', many)
    .option(
      '--trusted-root <file>',
      "authorities and logs to believe; else Sigstore's public-good ones; may be repeated",
      many,
    )
    .option('--name <image>', 'what a layout’s image is called, for policies that ask for a name')
    .option('--platform <os/arch>', 'judge this image of an index only (default: all of them); may be repeated', many)
    .option('--explain', 'also the checks that no policy asks for')
    .option('--json', 'every decision with every check, as one document')
    .addHelpText(
      'after',
      '\nExamples:\n  holdfast verify registry.example/team/app:1.2 --policy policy.yaml\n' +
        '  holdfast verify oci:./carried:1.2 --name registry.example/team/app:1.2 --policy policy.yaml --trusted-root root.json',
    )
    .action(verify);
}

async function verify(text: string, options: VerifyOptions): Promise<void> {
  using stop = interrupt();
  using line = progress();
  const policies = await policiesOf(options.policy, options, stop.signal);
  await using image = await openImage(text, options, stop.signal);
  line.at(`verifying what is attached to ${text}`);
  const judged = await judgeOpened(
    image,
    {
      policies,
      ...(options.name === undefined ? {} : { name: options.name }),
      ...(options.platform === undefined ? {} : { platform: options.platform }),
    },
    stop.signal,
  );
  line.end();
  if (options.json) await writeJson({ image: text, ...judged });
  else await write(judgedPage(judged, options.explain === true));
  if (!judged.admitted) process.exitCode = 1;
}
