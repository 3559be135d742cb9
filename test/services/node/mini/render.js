module.exports = (text, values) =>
  text.replace(/\{\{(\w+)\}\}/g, (_, name) => (values[name]?.startsWith('<') ? require('./escape.js')(values[name]) : values[name]));
