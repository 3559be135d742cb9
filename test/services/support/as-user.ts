import { execFileSync } from 'node:child_process';

/** The layout, whose image runs as that user. */
export function asUser(layout: string, user: string): string {
  execFileSync('umoci', ['config', '--image', `${layout}:latest`, '--config.user', user]);
  return layout;
}
