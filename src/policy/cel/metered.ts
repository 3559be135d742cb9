import type { Expr } from './syntax.ts';

/** Functions put into the tree; no expression can name them, `@` is not part of a name. */
export const tickName = '@tick';
export const readName = '@read';
export const readDeepName = '@readDeep';

/** Functions whose cost is not bounded by the size of the expression: they read what they are given, and so it is paid for. */
const reading = new Set([
  '_+_',
  'contains',
  'startsWith',
  'endsWith',
  'string',
  'bytes',
  'timestamp',
  'duration',
  'int',
  'uint',
  'double',
  '_<_',
  '_<=_',
  '_>_',
  '_>=_',
]);
const readingDeep = new Set(['_==_', '_!=_', '@in', '_in_']);

/** The same expression with a meter in it: each turn of a loop and each value that is read is paid for first. */
export function metered(expr: Expr): Expr {
  const { exprKind } = expr;
  switch (exprKind.case) {
    case 'callExpr': {
      const { function: name, target, args } = exprKind.value;
      const meter = readingDeep.has(name) ? readDeepName : reading.has(name) ? readName : undefined;
      const paid = (arg: Expr): Expr => (meter === undefined ? metered(arg) : call(expr, meter, [metered(arg)]));
      return {
        ...expr,
        exprKind: {
          ...exprKind,
          value: { ...exprKind.value, args: args.map(paid), ...(target === undefined ? {} : { target: paid(target) }) },
        },
      };
    }
    case 'selectExpr': {
      const { operand } = exprKind.value;
      if (operand === undefined) return expr;
      return { ...expr, exprKind: { ...exprKind, value: { ...exprKind.value, operand: metered(operand) } } };
    }
    case 'listExpr':
      return {
        ...expr,
        exprKind: { ...exprKind, value: { ...exprKind.value, elements: exprKind.value.elements.map(metered) } },
      };
    case 'structExpr':
      return {
        ...expr,
        exprKind: {
          ...exprKind,
          value: {
            ...exprKind.value,
            entries: exprKind.value.entries.map((entry) => ({
              ...entry,
              ...(entry.value === undefined ? {} : { value: metered(entry.value) }),
              ...(entry.keyKind.case === 'mapKey'
                ? { keyKind: { case: 'mapKey' as const, value: metered(entry.keyKind.value) } }
                : {}),
            })),
          },
        },
      };
    case 'comprehensionExpr':
      return meteredLoop(expr, exprKind);
    case 'identExpr':
    case 'constExpr':
    case undefined:
      return expr;
  }
}

function meteredLoop(expr: Expr, exprKind: Expr['exprKind'] & { readonly case: 'comprehensionExpr' }): Expr {
  const loop = exprKind.value;
  const condition = part(loop.loopCondition);
  return {
    ...expr,
    exprKind: {
      ...exprKind,
      value: {
        ...loop,
        iterRange: part(loop.iterRange),
        accuInit: part(loop.accuInit),
        // A meter that has run out is false, and false ends the loop.
        loopCondition: condition === undefined ? undefined : call(expr, '_&&_', [call(expr, tickName, []), condition]),
        loopStep: part(loop.loopStep),
        result: part(loop.result),
      } as typeof loop,
    },
  };
}

function part(one: Expr | undefined): Expr | undefined {
  return one === undefined ? undefined : metered(one);
}

function call(near: Expr, name: string, args: Expr[]): Expr {
  return {
    ...near,
    exprKind: { case: 'callExpr', value: { $typeName: 'cel.expr.Expr.Call', function: name, args } },
  };
}
