import type { Platform } from './document.ts';

/** This host in OCI's words (Go's GOOS, GOARCH and variant). */
export function hostPlatform(architecture: string = process.arch): Platform {
  const os = 'linux';
  switch (architecture) {
    case 'x64':
      return { os, architecture: 'amd64' };
    case 'ia32':
      return { os, architecture: '386' };
    case 'arm':
      return { os, architecture: 'arm', variant: 'v7' };
    case 'arm64':
      return { os, architecture: 'arm64', variant: 'v8' };
    case 'ppc64':
      return { os, architecture: 'ppc64le' };
    default:
      return { os, architecture };
  }
}

/**
 * How well an image's platform suits the host: 0 = not at all, more is better. As containerd chooses: the same variant
 * before a lesser one; arm64 without a variant is v8; an amd64 image of a higher level (v2, v3) is never taken unasked.
 */
export function suits(host: Platform, image: Platform): number {
  if (host.os !== image.os || host.architecture !== image.architecture) return 0;
  const [wanted, offered] = [level(host), level(image)];
  return offered <= wanted ? 1 + offered : 0;
}

function level(platform: Platform): number {
  const digits = /^v(\d{1,2})/.exec(platform.variant ?? '')?.[1];
  if (digits !== undefined) return Number(digits);
  switch (platform.architecture) {
    case 'arm64':
      return 8;
    case 'arm':
      return 7;
    default:
      return 1;
  }
}
