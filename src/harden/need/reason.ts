/** Why something stays. `of`: the entry, file, option or package that asks for it. */
export interface Reason {
  readonly why: Why;
  readonly of: string;
}

/** Each with the sentence that `--explain` says; `$` is what asks for it. */
export const whys = {
  program: 'a program of the profile',
  profile: 'the profile uses it: $',
  rule: 'it was not seen, and a rule of the profile allows it: $',
  pattern: 'a pattern of the profile allows it: $',
  module: 'a module of a package that is used: $',
  source: 'what $ was made from',
  config: 'the image’s configuration names it as its $',
  recipe: 'the recipe keeps it: $',
  shell: 'a shell, which the recipe keeps',
  loader: 'the program loader of $',
  library: 'a library of $',
  interpreter: 'the interpreter of $',
  link: 'on the way to $',
  alias: 'another name of $',
  'name-service': 'the name service: $',
  accounts: 'users and groups are looked up in it',
  linker: 'the dynamic linker reads it',
  certificates: 'TLS is spoken: $',
  identity: 'it says which distribution this is',
  metadata: 'what its package manager says of $, which stays',
  licence: 'the licence of $, which stays',
  place: 'a place that a container writes to or that something is mounted on: $',
  parent: 'a directory above $',
} as const;

export type Why = keyof typeof whys;

export function sentenceOf({ why, of }: Reason): string {
  return whys[why].replace('$', () => of);
}
