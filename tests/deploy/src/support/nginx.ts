import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Process, ROOT } from '../../../e2e/src/support/process.js';
import { temporaryFolder } from './folder.js';

export interface Machine {
  readonly address: string;
  /** Its /etc/hosts. */
  readonly hosts: string;
}

/**
 * Starts nginx with one of the files in deploy/nginx, as it is, in its http block; resolves when it accepts connections.
 * With a machine it has other names than we, and its connections come from there.
 */
export async function startNginx(
  file: string,
  files: Readonly<Record<string, string>> = {},
  machine?: Machine,
): Promise<Process> {
  const names = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const temporary = names.map((name) => `${name}_temp_path ${name};`).join(' ');
  const from = machine === undefined ? '' : `proxy_bind ${machine.address};`;
  const configuration = [
    ...(process.getuid?.() === 0 ? ['user root;'] : []),
    'daemon off; worker_processes 1; pid nginx.pid; error_log stderr notice;',
    'events { worker_connections 1024; }',
    `http { access_log off; ${temporary} ${from} include ${join(ROOT, 'deploy/nginx', file)}; }`,
  ];
  const folder = temporaryFolder({
    ...files,
    hosts: machine?.hosts ?? '',
    'nginx.conf': configuration.join('\n'),
  });
  const args = ['-e', 'stderr', '-p', folder, '-c', 'nginx.conf'];
  const elsewhere = 'mount --bind "$0/hosts" /etc/hosts; exec nginx "$@"';
  const nginx =
    machine === undefined
      ? new Process('nginx', args)
      : new Process('unshare', ['--mount', 'sh', '-euc', elsewhere, folder, ...args]);
  await nginx.logLine(/start worker process \d+/);
  return nginx;
}

/** A new key and a certificate for signal.example.org, PEM. */
export function selfSigned(): { readonly certificate: string; readonly key: string } {
  const folder = temporaryFolder();
  const [certificate, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const names = ['-subj', '/CN=signal.example.org', '-days', '2'];
  const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  execFileSync('openssl', [...request, ...names, '-keyout', key, '-out', certificate], { stdio: 'pipe' });
  return { certificate: readFileSync(certificate, 'utf8'), key: readFileSync(key, 'utf8') };
}
