import type { Recipe } from './roots.ts';

/**
 * Debian 12 with what makes ownership hard: a diversion of the distribution's own (dash) and one made by hand,
 * two architectures that share files, a package removed but not purged, Python packages that ship dist-info,
 * alternatives, conffiles.
 */
export const debian: Recipe = {
  name: 'debian',
  script: `
    debootstrap --variant=minbase --include=python3-yaml,python3-six,nginx-light,gawk,file bookworm "$ROOT"
    chroot "$ROOT" dpkg --add-architecture i386
    cp -L /etc/resolv.conf "$ROOT/etc/resolv.conf"
    chroot "$ROOT" apt-get -q update
    chroot "$ROOT" apt-get -qy install --no-install-recommends zlib1g:i386 cron
    chroot "$ROOT" apt-get -qy remove cron
    chroot "$ROOT" dpkg-divert --local --rename --divert /usr/bin/file.distrib --add /usr/bin/file
    printf '#!/bin/sh\\nexec file.distrib "$@"\\n' > "$ROOT/usr/bin/file"
    chroot "$ROOT" apt-get clean
    rm -rf "$ROOT"/var/lib/apt/lists/*
  `,
};
