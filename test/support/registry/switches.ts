/** How the registry differs from one that does all the specification says. */
export interface RegistrySwitches {
  /** `empty`: the API is there and never lists anything (as GHCR). Default: `api`. */
  readonly referrers?: 'api' | 'none' | 'empty';
  /** Answers a push with OCI-Subject, whatever `referrers` says (as ECR). */
  readonly saysSubject?: boolean;
  /** Entries a page. */
  readonly page?: number;
  /** Heeds If-Match and If-None-Match. */
  readonly conditional?: boolean;
  /** Milliseconds before a manifest that was pushed is stored. */
  readonly slowPut?: number;
  readonly ranges?: boolean;
  readonly tls?: { readonly cert: string; readonly key: string; readonly ca?: string };
}
