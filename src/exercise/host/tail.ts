const most = 16 * 1024;

/** The last of what a process said: whatever it writes, no more is kept. */
export class Tail {
  private parts: Buffer[] = [];
  private length = 0;

  add(chunk: Buffer): void {
    this.parts.push(chunk);
    this.length += chunk.length;
    if (this.length < 2 * most) return;
    const kept = Buffer.concat(this.parts).subarray(-most);
    this.parts = [kept];
    this.length = kept.length;
  }

  /** At most 16 KiB. */
  get text(): string {
    return Buffer.concat(this.parts).subarray(-most).toString('utf8').trim();
  }

  /** The last lines, for messages. */
  lines(count: number): string {
    return this.text.split('\n').slice(-count).join('\n').slice(-2000);
  }
}
