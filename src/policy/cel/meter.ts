import type { CelValue } from '@bufbuild/cel';
import { policyLimits } from '../limits.ts';
import { celLibrary } from './library.ts';

/**
 * Counts what one evaluation costs, by counting and not by the clock: the same expression on the same predicate always
 * ends in the same way, on any machine.
 */
export class Meter {
  readonly #cel = celLibrary();
  #left: number = policyLimits.celCost;

  get exhausted(): boolean {
    return this.#left <= 0;
  }

  reset(): void {
    this.#left = policyLimits.celCost;
  }

  /** Whether it may go on. */
  spend(units: number): boolean {
    this.#left -= units;
    return !this.exhausted;
  }

  /** Pays for a value that a function is about to read: text by its length, with `deep` lists and maps by all they hold. */
  read(value: CelValue, deep: boolean): boolean {
    if (!this.spend(1)) return false;
    if (typeof value === 'string') return this.spend(value.length / 64);
    if (value instanceof Uint8Array) return this.spend(value.length / 64);
    const { isCelList, isCelMap, celType } = this.#cel;
    if (isCelList(value)) {
      if (!deep) return this.spend(value.size / 4);
      for (const item of value) if (!this.read(item, true)) return false;
      return true;
    }
    if (isCelMap(value)) {
      if (!deep) return true;
      for (const [key, item] of value) {
        if (!this.read(key, true) || !this.read(item, true)) return false;
      }
      return true;
    }
    // Numbers, booleans, null, types, times: all of fixed size.
    return celType(value) !== undefined;
  }
}
