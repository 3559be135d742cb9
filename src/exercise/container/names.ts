import { randomBytes } from 'node:crypto';

/** What Kubernetes draws the suffixes of its names from. */
const letters = 'bcdfghjklmnpqrstvwxz2456789';

/** A name as a Deployment gives its pods, so that what takes its name from its host is told apart as it will be there. */
export function podName(run: string): string {
  return `${run.slice(0, 40)}-${drawn(10)}-${drawn(5)}`;
}

function drawn(length: number): string {
  return [...randomBytes(length)].map((byte) => letters.charAt(byte % letters.length)).join('');
}
