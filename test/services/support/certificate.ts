import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** A key and a certificate that vouches for itself, as NAME.key and NAME.crt; another one each time. */
export function certificate(directory: string, name: string): void {
  mkdirSync(directory, { recursive: true });
  const file = (ending: string): string => join(directory, `${name}.${ending}`);
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', file('key')];
  const subject = ['-subj', '/CN=web.example', '-addext', 'subjectAltName=DNS:web.example', '-days', '90'];
  execFileSync('openssl', ['req', '-x509', ...key, '-out', file('crt'), ...subject], { stdio: 'ignore' });
}
