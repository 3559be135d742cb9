/** Where a build says it comes from. Everything here is the builder's own word; the signature says whose word it is. */
export interface Origin {
  /** Who built it: a URI. */
  readonly builder: string;
  /** This one run of the builder, where it has an address. */
  readonly invocation?: string;
  readonly source?: Source;
  /** What else the builder says of the run, such as the workflow's file. */
  readonly parameters: Readonly<Record<string, string>>;
}

export interface Source {
  /** SPDX download location: `git+https://HOST/PATH@REF`. */
  readonly uri: string;
  /** The commit, lower-case hex. */
  readonly commit?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** What is said when nothing else is known: a person's or a script's own seal, outside any CI that we know. */
const local = 'https://holdfast.dev/builder/local';

/** The build that runs this, as GitHub Actions or GitLab CI say it in the environment. */
export function ambientOrigin(environment: Environment): Origin {
  return fromGitHub(environment) ?? fromGitLab(environment) ?? { builder: local, parameters: {} };
}

/** GitHub's "Variables reference": GITHUB_*. */
function fromGitHub(environment: Environment): Origin | undefined {
  if (environment['GITHUB_ACTIONS'] !== 'true') return undefined;
  const server = environment['GITHUB_SERVER_URL'];
  const repository = environment['GITHUB_REPOSITORY'];
  if (server === undefined || repository === undefined) return undefined;
  const { GITHUB_WORKFLOW_REF: workflow, GITHUB_RUN_ID: run, GITHUB_RUN_ATTEMPT: attempt } = environment;
  return {
    builder: workflow === undefined ? `${server}/${repository}` : `${server}/${workflow}`,
    ...(run === undefined
      ? {}
      : { invocation: `${server}/${repository}/actions/runs/${run}/attempts/${attempt ?? '1'}` }),
    source: sourceOf(`${server}/${repository}`, environment['GITHUB_REF'], environment['GITHUB_SHA']),
    parameters: named({ event: environment['GITHUB_EVENT_NAME'], runner: environment['RUNNER_ENVIRONMENT'] }),
  };
}

/** GitLab's "Predefined CI/CD variables reference": CI_*. */
function fromGitLab(environment: Environment): Origin | undefined {
  if (environment['GITLAB_CI'] !== 'true') return undefined;
  const project = environment['CI_PROJECT_URL'];
  if (project === undefined) return undefined;
  const { CI_JOB_URL: job, CI_CONFIG_PATH: config } = environment;
  const tag = environment['CI_COMMIT_TAG'];
  const branch = environment['CI_COMMIT_BRANCH'];
  const ref = tag !== undefined ? `refs/tags/${tag}` : branch !== undefined ? `refs/heads/${branch}` : undefined;
  return {
    builder: `${project}/-/runners/${environment['CI_RUNNER_ID'] ?? 'unknown'}`,
    ...(job === undefined ? {} : { invocation: job }),
    source: sourceOf(project, ref, environment['CI_COMMIT_SHA']),
    parameters: named({ event: environment['CI_PIPELINE_SOURCE'], config }),
  };
}

function sourceOf(address: string, ref: string | undefined, commit: string | undefined): Source {
  const uri = `git+${address}${ref === undefined ? '' : `@${ref}`}`;
  return commit !== undefined && isCommit(commit) ? { uri, commit } : { uri };
}

export function isCommit(text: string): boolean {
  return /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
}

function named(values: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
