import type { ContainerEvent } from '../containers/index.ts';
import type { Claims } from './claims.ts';
import { monotonic } from './now.ts';
import { type ContainerTable, isStandIn } from './table.ts';

/** What containerd says of one container's life. */
export type RuntimeStep = ContainerEvent & { readonly type: 'container' | 'started' | 'exited' | 'removed' };

export function takeStep(event: RuntimeStep, table: ContainerTable, claims: Claims): void {
  const { namespace, id } = event.type === 'container' ? event.container : event.ref;
  const display = `${namespace}/${id}`;
  switch (event.type) {
    case 'container': {
      const unclaimed = table.described(event.container, monotonic());
      const known = table.byDisplay(display);
      if (unclaimed !== undefined) claims.begin(event.container, unclaimed.event);
      else if (known !== undefined) claims.again(known, event.container);
      return;
    }
    case 'started': {
      const again = table.started(display, monotonic());
      if (again !== undefined) claims.begin(again.meta, again.event);
      return;
    }
    case 'exited':
      table.exited(display, event.code);
      return;
    case 'removed': {
      const container = table.byDisplay(display);
      table.removed(display, monotonic());
      // Of one that the sensor never showed, nobody but containerd can tell the end.
      if (container === undefined || !isStandIn(container.cgid)) return;
      container.goneAt ??= monotonic();
      container.ended ??= event.time;
      return;
    }
  }
}
