import { demoImage } from '../../scripts/demo/image.ts';
import { busyboxImage } from '../../test/support/roots.ts';

/** An OCI layout and the tag in it. */
export interface BenchImage {
  readonly name: string;
  readonly layout: string;
  readonly tag: string;
}

/** One static program: its evidence is as small as evidence gets. */
export async function smallImage(): Promise<BenchImage> {
  return { name: 'busybox', layout: await busyboxImage(), tag: 'latest' };
}

/** Debian with nginx and Python: the demo's image. */
export async function debianImage(progress: (line: string) => void): Promise<BenchImage> {
  return { name: 'debian', layout: await demoImage(AbortSignal.timeout(600_000), progress), tag: 'demo' };
}
