// Redis' protocol, as much as the loads need: a connection, and one command after another.
import { connect } from 'node:net';

export class Redis {
  constructor(port = 6379, host = '127.0.0.1', from) {
    this.waiting = [];
    this.text = Buffer.alloc(0);
    this.socket = connect({ port, host, localAddress: from });
    this.socket.on('data', (part) => {
      this.text = Buffer.concat([this.text, part]);
      this.drain();
    });
    const fail = (error) => {
      for (const { reject } of this.waiting.splice(0)) reject(error);
    };
    this.socket.on('error', fail);
    this.socket.on('close', () => fail(new Error('closed')));
  }

  /** @returns the answer: text, number, null, or a list of such; an error is thrown */
  ask(...words) {
    const parts = words.map((word) => Buffer.from(String(word)));
    const head = Buffer.from(`*${parts.length}\r\n`);
    const body = parts.flatMap((part) => [Buffer.from(`$${part.length}\r\n`), part, Buffer.from('\r\n')]);
    this.socket.write(Buffer.concat([head, ...body]));
    return new Promise((resolve, reject) => this.waiting.push({ resolve, reject }));
  }

  drain() {
    for (let read = parse(this.text, 0); read !== undefined; read = parse(this.text, 0)) {
      this.text = this.text.subarray(read.end);
      const next = this.waiting.shift();
      if (read.value instanceof Error) next?.reject(read.value);
      else next?.resolve(read.value);
    }
  }

  close() {
    this.socket.destroy();
  }
}

function parse(bytes, at) {
  const end = bytes.indexOf('\r\n', at);
  if (end < 0) return undefined;
  const line = bytes.toString('utf8', at + 1, end);
  const after = end + 2;
  switch (String.fromCharCode(bytes[at])) {
    case '+':
      return { value: line, end: after };
    case '-':
      return { value: new Error(line), end: after };
    case ':':
      return { value: Number(line), end: after };
    case '$': {
      const length = Number(line);
      if (length < 0) return { value: null, end: after };
      if (bytes.length < after + length + 2) return undefined;
      return { value: bytes.toString('utf8', after, after + length), end: after + length + 2 };
    }
    default: {
      const list = [];
      let next = after;
      for (let left = Number(line); left > 0; left--) {
        const one = parse(bytes, next);
        if (one === undefined) return undefined;
        list.push(one.value);
        next = one.end;
      }
      return { value: list, end: next };
    }
  }
}
