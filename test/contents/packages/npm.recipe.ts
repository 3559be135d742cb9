import type { Recipe } from './roots.ts';

/**
 * A project after `npm ci`: one package in several versions (nested), scoped ones, aliases, bundled dependencies (npm
 * itself brings two hundred), a local one by `file:`, and a package that ships `node_modules` in its tests.
 */
export const npmProject: Recipe = {
  name: 'npm',
  script: `
    mkdir -p "$ROOT/app"
    cp -r package.json local "$ROOT/app/"
    cd "$ROOT/app"
    npm install --package-lock-only --ignore-scripts --no-audit --no-fund --install-links
    npm ci --ignore-scripts --no-audit --no-fund --install-links
    mkdir -p node_modules/resolve/test/fixture/node_modules/not-installed
    echo '{"name":"not-installed","version":"1.0.0"}' > node_modules/resolve/test/fixture/node_modules/not-installed/package.json
  `,
  files: {
    'package.json': JSON.stringify({
      name: 'app',
      version: '1.0.0',
      dependencies: {
        '@babel/code-frame': '7.24.7',
        chalk: '4.1.2',
        chalk5: 'npm:chalk@5.3.0',
        debug: '4.3.5',
        express: '4.19.2',
        local: 'file:./local',
        npm: '10.8.1',
        resolve: '1.22.8',
      },
    }),
    'local/package.json': JSON.stringify({ name: 'local', version: '0.0.7', dependencies: { ms: '2.0.0' } }),
    'local/index.js': '',
  },
};
