/** A map that forgets what was not used for longest. */
export class Recent<V> {
  private readonly held = new Map<string, V>();
  private readonly most: number;

  constructor(most: number) {
    this.most = most;
  }

  get(key: string): V | undefined {
    const value = this.held.get(key);
    if (value !== undefined) this.set(key, value);
    return value;
  }

  set(key: string, value: V): void {
    this.held.delete(key);
    this.held.set(key, value);
    if (this.held.size <= this.most) return;
    const [oldest] = this.held.keys();
    if (oldest !== undefined) this.held.delete(oldest);
  }

  delete(key: string): void {
    this.held.delete(key);
  }

  entries(): readonly (readonly [string, V])[] {
    return [...this.held];
  }

  get size(): number {
    return this.held.size;
  }
}
