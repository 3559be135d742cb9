#!/usr/bin/env -S node --disable-warning=ExperimentalWarning
// Only what any Node can parse stands here: an old one must be told so, not trip over newer syntax or a missing module.
const needed = [24, 15] as const;
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < needed[0] || (major === needed[0] && minor < needed[1])) {
  process.stderr.write(`holdfast: needs Node ${needed.join('.')} or later, this is ${process.versions.node}\n`);
  process.exitCode = 3;
} else {
  // Node's own exit status for a crash is 1, which here means "no": whatever goes wrong must be 3, could not tell.
  process.exitCode = 3;
  process.on('uncaughtException', (error) => {
    process.stderr.write(`holdfast: internal: ${error.stack ?? String(error)}\n`);
    process.exit(3);
  });
  const { keepCompiled } = await import('./compile-cache.ts');
  keepCompiled(process.env, process.getuid?.());
  const { run } = await import('./program.ts');
  process.exitCode = await run(process.argv.slice(2));
}
