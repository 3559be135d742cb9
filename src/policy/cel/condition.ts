import type { CelInput, CelValue, parse } from '@bufbuild/cel';
import type { RE2JS } from '@bufbuild/re2';
import type { Json } from '../../attest/index.ts';
import { policyLimits } from '../limits.ts';
import { celLibrary, re2Library } from './library.ts';
import { Meter } from './meter.ts';
import { metered, readDeepName, readName, tickName } from './metered.ts';
import { checkSyntax, ExpressionFault } from './syntax.ts';

const variables = ['predicate', 'statement', 'image'] as const;

/** What an expression may speak of. Numbers are CEL doubles, as JSON's are; they compare with ints. */
export type ConditionInput = Readonly<Record<(typeof variables)[number], CelInput>>;

export type ConditionResult =
  | { readonly holds: true }
  | { readonly holds: false; readonly cause: 'false' | 'unevaluable'; readonly reason: string };

/** A CEL expression that is ready to run. The same input gives the same result, however often and wherever. */
export type Condition = (input: ConditionInput) => ConditionResult;

/**
 * Compiles a condition. Its cost is bounded by counting; beyond the bound it does not hold.
 * @throws ExpressionFault where it is no expression, or speaks of what there is not
 */
export function compileCondition(text: string): Condition {
  if (text.length > policyLimits.celLength)
    throw new ExpressionFault(`longer than ${policyLimits.celLength} characters`);
  const meter = new Meter();
  const env = environment(meter);
  const { expr } = parsed(text);
  checkSyntax(
    expr,
    variables,
    (name) => env.funcs.find(name) !== undefined && !name.startsWith('@read') && name !== tickName,
  );
  const { plan, isCelError } = celLibrary();
  const run = plan(env, metered(expr));
  return (input) => {
    meter.reset();
    let value: unknown;
    try {
      value = run(input);
    } catch (cause) {
      return unevaluable((cause as Error).message);
    }
    if (meter.exhausted) return unevaluable('it costs too much on this predicate');
    if (isCelError(value)) return unevaluable(value.message);
    if (value === true) return { holds: true };
    if (value === false) return { holds: false, cause: 'false', reason: 'it is false' };
    return unevaluable('its value is not true or false');
  };
}

function unevaluable(reason: string): ConditionResult {
  return { holds: false, cause: 'unevaluable', reason: reason.slice(0, 200).toWellFormed() };
}

function parsed(text: string): ReturnType<typeof parse> {
  // The parser is recursive; what nests deeper than any expression of this length honestly does is refused before.
  if (/[([{]{40}/.test(text) || /[!-]{40}/.test(text)) throw new ExpressionFault('nested too deep');
  try {
    return celLibrary().parse(text);
  } catch (cause) {
    const message = cause instanceof RangeError ? 'nested too deep' : (cause as Error).message;
    throw new ExpressionFault(message.slice(0, 200).toWellFormed(), { cause });
  }
}

function environment(meter: Meter) {
  const { CelScalar, celEnv, celError, celFunc, celList, listType } = celLibrary();
  const { DYN, BOOL } = CelScalar;
  const read = (deep: boolean) => (value: CelValue) => {
    if (meter.read(value, deep)) return value as CelInput;
    throw celError('it costs too much on this predicate');
  };
  const list = listType(DYN);
  const compiled = new Map<string, RE2JS>();
  return celEnv({
    variables: { predicate: DYN, statement: DYN, image: DYN },
    funcs: [
      celFunc(tickName, [], BOOL, () => meter.spend(1)),
      celFunc(readName, [DYN], DYN, read(false)),
      celFunc(readDeepName, [DYN], DYN, read(true)),
      // The library's own concatenation is a chain as long as the list that `map` makes; ours is flat.
      celFunc('_+_', [list, list], list, (a, b) => celList([...a, ...b])),
    ],
    re2: {
      compile(pattern) {
        const matcher = compiled.get(pattern) ?? re2Library().RE2JS.compile(pattern);
        if (compiled.size < 16) compiled.set(pattern, matcher);
        return {
          test(text) {
            // RE2 takes text times pattern at worst.
            if (!meter.spend(1 + (text.length * (1 + pattern.length / 8)) / 64)) throw new Error('it costs too much');
            return matcher.test(text);
          },
        };
      },
    },
  });
}

/** JSON as CEL takes it. Objects become maps without a prototype, so that only what the document says can be asked. */
export function celValueOf(value: Json): CelInput {
  if (Array.isArray(value)) return celLibrary().celList(value.map(celValueOf) as CelValue[]);
  if (typeof value !== 'object' || value === null) return value;
  return new Map(Object.entries(value).map(([key, item]) => [key, celValueOf(item)]));
}
