import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { ImageContents } from '../../../src/contents/index.ts';
import { bothWays, contentsOf, ownership } from './contents.ts';
import { debian } from './debian.recipe.ts';
import { rootOf } from './roots.ts';

/** The Debian root with its database taken apart as images made without dpkg have it: `status.d/NAME` and `NAME.md5sums`. */
const takenApart = (root: string) => ({
  name: 'distroless',
  script: `
    cp -a '${root}/.' "$ROOT"
    cd "$ROOT/var/lib/dpkg"
    mkdir status.d
    awk -v RS= -v ORS='\\n' '/\\nStatus: [^\\n]* installed\\n/ && !/\\nArchitecture: i386\\n/ {
      match($0, /^Package: [^\\n]*/); name = substr($0, 10, RLENGTH - 9)
      sub(/\\nStatus: [^\\n]*/, ""); print > ("status.d/" name); close("status.d/" name)
    }' status
    for sums in info/*.md5sums; do
      name=$(basename "$sums" .md5sums)
      case $name in *:i386) continue ;; esac
      cp "$sums" "status.d/\${name%:*}.md5sums"
    done
    rm -rf status status-old info
  `,
});

function native({ packages }: ImageContents): ImageContents['packages'] {
  return packages.filter((one) => one.type === 'deb' && !one.purl.includes('arch=i386'));
}

describe('a root without dpkg’s lists (status.d)', () => {
  let whole: ImageContents;
  let apart: ImageContents;
  let oci: ImageContents;

  before(async () => {
    const { root } = rootOf(debian);
    whole = await contentsOf(`dir:${root}`);
    ({ dir: apart, oci } = await bothWays(rootOf(takenApart(root))));
  });

  it('has the packages that dpkg has', () => {
    assert.ok(native(whole).length > 100);
    assert.deepEqual(
      native(apart).map((one) => one.purl),
      native(whole).map((one) => one.purl),
    );
    assert.deepEqual(
      native(apart).map((one) => one.source),
      native(whole).map((one) => one.source),
    );
  });

  it('gives every file to the owner it has by dpkg’s lists', () => {
    const expected = ownership(whole);
    const wrong: string[] = [];
    for (const [path, owner] of ownership(apart)) {
      const listed = expected.get(path);
      if (listed?.includes('arch=i386') !== true && owner !== listed) wrong.push(`${path}: ${owner}, not ${listed}`);
    }
    assert.deepEqual(wrong, []);
  });

  it('is the same in an OCI layout', () => {
    assert.deepEqual(oci.packages, apart.packages);
    assert.deepEqual(ownership(oci), ownership(apart));
  });
});
