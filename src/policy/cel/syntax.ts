import type { parse } from '@bufbuild/cel';
import { policyLimits } from '../limits.ts';

export type Expr = ReturnType<typeof parse>['expr'];

/** A fault of an expression that is found without running it. */
export class ExpressionFault extends Error {}

/** What the planner itself knows and no function stands for. */
const builtIn = new Set(['_[_]', '_?_:_', '_&&_', '_||_', '@not_strictly_false', '__not_strictly_false__']);
const typeNames = new Set(['int', 'uint', 'double', 'bool', 'string', 'bytes', 'list', 'map', 'null_type', 'type']);

interface Scope {
  readonly names: ReadonlySet<string>;
  readonly nesting: number;
}

/**
 * Walks a syntax tree: every name is declared, every function exists, and the tree is of bounded size.
 * @throws ExpressionFault
 */
export function checkSyntax(root: Expr, variables: readonly string[], isFunction: (name: string) => boolean): void {
  let nodes = 0;
  visit(root, { names: new Set([...variables, ...typeNames]), nesting: 0 });

  function visit(expr: Expr | undefined, scope: Scope): void {
    if (expr === undefined) return;
    nodes += 1;
    if (nodes > policyLimits.celNodes) throw new ExpressionFault(`more than ${policyLimits.celNodes} parts`);
    const { exprKind } = expr;
    switch (exprKind.case) {
      case 'identExpr':
        if (scope.names.has(exprKind.value.name)) return;
        throw new ExpressionFault(`${exprKind.value.name} is not known; there are ${variables.join(', ')}`);
      case 'selectExpr':
        return visit(exprKind.value.operand, scope);
      case 'callExpr': {
        const { function: name, target, args } = exprKind.value;
        if (!builtIn.has(name) && !isFunction(name)) throw new ExpressionFault(`no function ${name}`);
        visit(target, scope);
        for (const arg of args) visit(arg, scope);
        return;
      }
      case 'listExpr':
        for (const element of exprKind.value.elements) visit(element, scope);
        return;
      case 'structExpr':
        if (exprKind.value.messageName !== '') throw new ExpressionFault('protocol buffer messages are not known');
        for (const entry of exprKind.value.entries) {
          if (entry.keyKind.case === 'mapKey') visit(entry.keyKind.value, scope);
          visit(entry.value, scope);
        }
        return;
      case 'comprehensionExpr': {
        const { iterVar, accuVar, iterRange, accuInit, loopCondition, loopStep, result } = exprKind.value;
        const nesting = scope.nesting + 1;
        if (nesting > policyLimits.celNesting) {
          throw new ExpressionFault(
            `more than ${policyLimits.celNesting} of all, exists, map, filter inside one another`,
          );
        }
        visit(iterRange, scope);
        visit(accuInit, scope);
        const inner = { names: new Set([...scope.names, iterVar, accuVar]), nesting };
        for (const part of [loopCondition, loopStep, result]) visit(part, inner);
        return;
      }
      case 'constExpr':
        return;
      case undefined:
        throw new ExpressionFault('an empty part');
    }
  }
}
