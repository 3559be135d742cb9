import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

function onPath(program: string): boolean {
  const folders = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`.split(delimiter);
  return folders.some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function capable(bit: number): boolean {
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
  return ((BigInt(`0x${effective}`) >> BigInt(bit)) & 1n) === 1n;
}

const sysAdmin = 21;

/** Why kernel tests can't run here; empty = they can. */
export function missingForKernel(): readonly string[] {
  const missing: string[] = [];
  if (process.getuid?.() !== 0) missing.push('not root');
  else if (!capable(sysAdmin)) missing.push('no CAP_SYS_ADMIN');
  if (!existsSync('/sys/kernel/btf/vmlinux')) missing.push('the kernel shows no BTF');
  if (!existsSync('sensor/build/holdfast-sensor')) missing.push('the sensor is not built');
  for (const program of ['containerd', 'runc', 'umoci']) if (!onPath(program)) missing.push(`no ${program}`);
  return missing;
}

/** Why other projects' cases can't be run here. */
export function missingForVectors(): readonly string[] {
  const folder = process.env['HOLDFAST_VECTORS'] ?? '';
  return existsSync(folder) ? [] : [`${folder} is not there (set HOLDFAST_VECTORS)`];
}

/** Why tests against other tools can't run here. */
export function missingForTruth(): readonly string[] {
  const needed = 'debootstrap dpkg-query umoci skopeo strace python3 npm openssl'.split(' ');
  const missing = needed.filter((program) => !onPath(program)).map((program) => `no ${program}`);
  return process.getuid?.() === 0 ? missing : ['not root', ...missing];
}

/** Why tests beside cosign, oras, regctl and crane can't run here. */
export function missingForInterop(): readonly string[] {
  const missing = onPath('docker-registry') ? [] : ['no docker-registry'];
  return onPath('go') ? missing : [...missing, 'no Go to build the other tools with'];
}
