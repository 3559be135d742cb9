const { createHash } = require('node:crypto');
const fs = require('node:fs');

/** Answers by the hash of their key, written beside and renamed. */
exports.get = (key) => {
  const name = createHash('sha256').update(String(key)).digest('hex');
  const file = `/data/cache/${name.slice(0, 2)}/${name}`;
  if (fs.existsSync(file)) return fs.readFileSync(file);
  fs.mkdirSync(`/data/cache/${name.slice(0, 2)}`, { recursive: true });
  const beside = `${file}.${process.pid}.${Math.random().toString(36).slice(2, 10)}.tmp`;
  fs.writeFileSync(beside, `made of ${key}`);
  fs.renameSync(beside, file);
  return fs.readFileSync(file);
};
