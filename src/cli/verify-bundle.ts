import type { Command } from 'commander';
import {
  attestLimits,
  type ExpectedIdentity,
  exactly,
  type Matcher,
  matching,
  parseBundle,
  parsePublicKey,
  parseStatement,
  parseTrustedRoot,
  publicGoodRoot,
  refuseOtherIdentity,
  refuseOtherSubject,
  statementPayloadType,
  type Trust,
  verifyBundle,
} from '../attest/index.ts';
import { HoldfastError } from '../errors/index.ts';
import { readBounded } from '../files/index.ts';
import { type NamedArtifact, readArtifact } from './evidence/artifact.ts';
import { interrupt, printable, write, writeJson } from './output/index.ts';

interface VerifyBundleOptions {
  readonly bundle: string;
  readonly certificateIdentity?: string;
  readonly certificateIdentityRegexp?: string;
  readonly certificateOidcIssuer?: string;
  readonly certificateOidcIssuerRegexp?: string;
  readonly key?: string;
  readonly trustedRoot?: string;
  readonly minLogs?: number;
  readonly json?: true;
}

function usage(message: string): HoldfastError {
  return new HoldfastError('usage', message);
}

function count(text: string): number {
  if (!/^[0-9]{1,2}$/.test(text)) throw usage('--min-logs is not a number from 0 to 99');
  return Number(text);
}

export function register(program: Command): void {
  program
    .command('verify-bundle')
    .argument('<artifact>', 'a file, or sha256:HEX where only its digest is known')
    .description(
      'Whether a Sigstore bundle is a good signature of this artifact by this signer. Offline.\n' +
        'Exit status: 0 it is, 1 anything else.',
    )
    .requiredOption('--bundle <file>', 'the bundle, version 0.1, 0.2 or 0.3')
    .option('--certificate-identity <identity>', 'who must have signed, letter by letter')
    .option('--certificate-identity-regexp <pattern>', 'the same as a pattern, matched whole')
    .option('--certificate-oidc-issuer <url>', 'who vouches for that identity')
    .option('--certificate-oidc-issuer-regexp <pattern>', 'the same as a pattern, matched whole')
    .option('--key <file>', 'the public key that must have signed, PEM, instead of an identity')
    .option('--trusted-root <file>', "authorities and logs to believe; else Sigstore's public-good ones")
    .option('--min-logs <n>', 'distinct transparency logs that must hold it (default 1; with --key 0)', count)
    .option('--json', 'what the signature proves, as one document')
    .addHelpText(
      'after',
      '\nExamples:\n  holdfast verify-bundle --bundle a.sigstore.json --key cosign.pub a.txt\n' +
        '  holdfast verify-bundle --bundle a.sigstore.json --certificate-identity me@example.com \\\n' +
        '    --certificate-oidc-issuer https://accounts.example.com sha256:…',
    )
    .action(verify);
}

function matcher(text: string | undefined, pattern: string | undefined, option: string): Matcher | undefined {
  if (text !== undefined && pattern !== undefined) throw usage(`${option} and ${option}-regexp together`);
  if (text !== undefined) return exactly(text);
  return pattern === undefined ? undefined : matching(pattern);
}

/** The signer asked for: a key, or an identity with its issuer; both or neither is no question. */
function expectedOf(options: VerifyBundleOptions): ExpectedIdentity | undefined {
  const identity = matcher(options.certificateIdentity, options.certificateIdentityRegexp, '--certificate-identity');
  const issuer = matcher(
    options.certificateOidcIssuer,
    options.certificateOidcIssuerRegexp,
    '--certificate-oidc-issuer',
  );
  if (options.key !== undefined) {
    if (identity === undefined && issuer === undefined) return undefined;
    throw usage('--key and an identity together: say which of the two must have signed');
  }
  if (identity === undefined || issuer === undefined) {
    throw usage('say who must have signed: --certificate-identity and --certificate-oidc-issuer, or --key');
  }
  return { identity, issuer };
}

async function trustOf(options: VerifyBundleOptions): Promise<Trust> {
  const { key, trustedRoot, minLogs } = options;
  const root =
    trustedRoot === undefined
      ? publicGoodRoot()
      : parseTrustedRoot(await readBounded(trustedRoot, attestLimits.rootBytes), trustedRoot);
  const keys =
    key === undefined ? [] : [parsePublicKey((await readBounded(key, attestLimits.keyBytes)).toString('utf8'), key)];
  return { keys, roots: [root], ...(minLogs === undefined ? {} : { minimumLogs: minLogs }) };
}

/** An envelope speaks of its subjects; one of them must be the artifact. */
function statementOf(payloadType: string, payload: Uint8Array, artifact: NamedArtifact, place: string): string {
  if (payloadType !== statementPayloadType) {
    throw new HoldfastError('statement-malformed', `an envelope of ${payloadType.slice(0, 100)}`, { place });
  }
  const statement = parseStatement(payload, place);
  refuseOtherSubject(statement, artifact, place);
  return statement.predicateType;
}

async function verify(name: string, options: VerifyBundleOptions): Promise<void> {
  using stop = interrupt();
  const expected = expectedOf(options);
  const trust = await trustOf(options);
  const place = options.bundle;
  const bundle = parseBundle(await readBounded(place, attestLimits.bundleBytes), place);
  const artifact = await readArtifact(name, stop.signal);
  const signature = verifyBundle(bundle, artifact.signed, trust);
  if (expected !== undefined) refuseOtherIdentity(signature.party, expected);
  else if (signature.party.kind !== 'key') {
    // A certificate of anybody at all is good under a public root: only the key that was named counts.
    throw new HoldfastError('identity-mismatch', 'signed with a certificate, not with the key', { place });
  }
  const { content } = bundle;
  const predicateType =
    content.kind === 'dsse' ? statementOf(content.payloadType, content.payload, artifact, place) : undefined;
  if (options.json) {
    await writeJson({ verified: true, sha256: artifact.sha256, ...(predicateType && { predicateType }), signature });
    return;
  }
  const { party } = signature;
  const who = party.kind === 'key' ? `key ${party.key}` : `${party.identity} (${party.issuer})`;
  await write(`verified: signed by ${printable(who)}\n`);
}
