exports.render = (text, values) => require('./render.js')(text, values);
