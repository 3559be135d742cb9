import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface TestCertificate {
  readonly cert: string;
  readonly key: string;
}

/** An authority that issues certificates with openssl, in a scratch folder. */
export interface TestAuthority {
  readonly cert: string;
  issue(name: string, extensions: string): TestCertificate;
}

function openssl(...args: readonly string[]): void {
  execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] });
}

export function testAuthority(scratch: string, name: string): TestAuthority {
  const at = (file: string): string => join(scratch, `${name}-${file}`);
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  openssl(
    'req',
    '-x509',
    ...newKey,
    '-keyout',
    at('ca.key'),
    '-out',
    at('ca.crt'),
    '-subj',
    `/CN=${name}`,
    '-days',
    '2',
  );
  return {
    cert: readFileSync(at('ca.crt'), 'utf8'),
    issue(subject, extensions) {
      writeFileSync(at('ext'), extensions);
      openssl('req', ...newKey, '-keyout', at('key'), '-out', at('csr'), '-subj', `/CN=${subject}`);
      const signing = [
        '-CA',
        at('ca.crt'),
        '-CAkey',
        at('ca.key'),
        '-CAcreateserial',
        '-days',
        '2',
        '-extfile',
        at('ext'),
      ];
      openssl('x509', '-req', '-in', at('csr'), '-out', at('crt'), ...signing);
      return { cert: readFileSync(at('crt'), 'utf8'), key: readFileSync(at('key'), 'utf8') };
    },
  };
}
