import type { Finding } from '../requirements/scene.ts';
import type { GrantedException } from './granted.ts';

/** Whether an exception speaks of a check that fails. Vulnerabilities are looked at one by one elsewhere. */
export function covers({ kind, document }: GrantedException, { check, code }: Finding): boolean {
  switch (kind) {
    case 'breakGlass': {
      const checks = document.spec.scope.breakGlass?.checks ?? [];
      return checks.length === 0 || checks.includes(check);
    }
    case 'debugSession':
      return check === 'profile' || check === 'hardened';
    case 'rollBack':
      return code === 'rolled-back';
    case 'vulnerabilities':
    case 'profileAmendment':
      return false;
  }
}
