import type { Recipe } from './roots.ts';

const setup = (name: string, version: string, module: string) =>
  `from setuptools import setup\nsetup(name=${JSON.stringify(name)}, version=${JSON.stringify(version)}, py_modules=[${JSON.stringify(module)}])\n`;

/**
 * Two virtual environments. `old` has setuptools from before its vendored metadata, a project by `setup.py develop`, an
 * egg by `setup.py install`, one with egg-info and `installed-files.txt`; `new` has wheels, pure and compiled, and an
 * editable install.
 */
export const pythonEnvironments: Recipe = {
  name: 'python',
  script: `
    mkdir -p "$ROOT/src"
    cp -r developed egged recorded editable "$ROOT/src/"
    python3 -m venv "$ROOT/old"
    "$ROOT/old/bin/pip" install -q 'setuptools==65.5.0' 'wheel==0.43.0' 'six==1.16.0'
    (cd "$ROOT/src/developed" && "$ROOT/old/bin/python" setup.py -q develop)
    (cd "$ROOT/src/egged" && "$ROOT/old/bin/python" setup.py -q install)
    (cd "$ROOT/src/recorded" && "$ROOT/old/bin/python" setup.py -q install --single-version-externally-managed --record record.txt)
    rm -rf "$ROOT"/src/egged "$ROOT"/src/recorded
    python3 -m venv "$ROOT/new"
    "$ROOT/new/bin/pip" install -q 'setuptools==75.1.0' 'PyYAML==6.0.1' 'requests==2.32.3' 'zope.interface==6.4' 'ruamel.yaml==0.18.6' 'Jinja2==3.1.4'
    "$ROOT/new/bin/pip" install -q --no-build-isolation -e "$ROOT/src/editable"
  `,
  files: {
    'developed/setup.py': setup('Developed_Thing', '0.1', 'developed'),
    'developed/developed.py': '',
    'egged/setup.py': setup('egged', '1.2', 'egged'),
    'egged/egged.py': '',
    'recorded/setup.py': setup('recorded', '2.0.post1', 'recorded'),
    'recorded/recorded.py': '',
    'editable/pyproject.toml':
      '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n[project]\nname = "editable.thing"\nversion = "3.0"\n',
    'editable/editable_thing.py': '',
  },
};
