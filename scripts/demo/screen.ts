/** The demo's voice: what it does, the commands it runs, and what they print, told apart by their look. */
export class Screen {
  readonly #out: NodeJS.WriteStream;
  readonly #colour: boolean;

  constructor(out: NodeJS.WriteStream) {
    this.#out = out;
    this.#colour = out.isTTY && (process.env['NO_COLOR'] ?? '') === '';
  }

  /** The narrator. */
  say(text: string): void {
    this.#out.write(`\n${this.#bold(`▸ ${text}`)}\n`);
  }

  /** A command that anybody can type. */
  command(text: string): void {
    this.#out.write(`\n${this.#bold(`$ ${text}`)}\n`);
  }

  /** A line that a command printed. */
  line(text: string): void {
    this.#out.write(`  ${text}\n`);
  }

  #bold(text: string): string {
    return this.#colour ? `\u001b[1m${text}\u001b[0m` : text;
  }
}
