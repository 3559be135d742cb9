import { type Command, Option } from 'commander';
import { parseDigest } from '../oci/index.ts';
import { decideExamined, type Examined, type PolicySet } from '../policy/index.ts';
import { openImage, takesImage } from './evidence/image.ts';
import { many } from './evidence/pairs.ts';
import { examineOpened, judgedPage, policiesOf } from './evidence/policy.ts';
import { evidenceUsed, signedFiles } from './evidence/used.ts';
import { interrupt, progress, write, writeJson } from './output/index.ts';
import type { RegistryFlags } from './source.ts';

interface VerifyOptions extends RegistryFlags {
  readonly policy: readonly string[];
  readonly trustedRoot?: readonly string[];
  readonly name?: string;
  readonly platform?: readonly string[];
  readonly explain?: true;
  readonly evidence?: true;
  readonly files?: string;
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
    .option(
      '--evidence',
      'with --json: also what is used as long as the image runs: profile, exceptions, file manifest',
    )
    .addOption(new Option('--files <evidence>', 'with --evidence: the rows of this signed file manifest').hideHelp())
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
  const question = {
    policies,
    ...(options.name === undefined ? {} : { name: options.name }),
    ...(options.platform === undefined ? {} : { platform: options.platform }),
  };
  const { examined, context } = await examineOpened(image, question, stop.signal);
  const judged = decideExamined(examined, policies, context);
  line.end();
  if (options.json) {
    const used = options.evidence === true ? usedIn(examined, policies, context, options.files) : {};
    await writeJson({ image: text, ...judged, ...used });
  } else await write(judgedPage(judged, options.explain === true));
  if (!judged.admitted) process.exitCode = 1;
}

function usedIn(
  { images }: Examined,
  policies: PolicySet,
  context: { readonly now: string },
  files: string | undefined,
): { readonly evidence: readonly object[] } {
  return {
    evidence: images.map((image) => ({
      ...evidenceUsed(image, policies, context),
      ...(files === undefined ? {} : { rows: signedFiles(image, policies, context, parseDigest(files, '--files')) }),
    })),
  };
}
