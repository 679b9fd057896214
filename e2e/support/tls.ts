import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { openssl } from './openssl.ts';

export interface TlsFiles {
  readonly key: string;
  readonly certificate: string;
}

/** A key and a certificate for `localhost` that nobody trusts, as files in this folder. */
export async function makeTlsFiles(folder: string): Promise<TlsFiles> {
  const files = { key: join(folder, 'tls.key'), certificate: join(folder, 'tls.pem') };
  await openssl(
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1'],
    ...['-subj', '/CN=localhost', '-keyout', files.key, '-out', files.certificate],
  );
  return files;
}

/** A proxy on 127.0.0.1 that speaks TLS to who comes and none to the server; its port. */
export async function startTlsProxy(stack: AsyncDisposableStack, files: TlsFiles, serverPort: number): Promise<number> {
  const [key, cert] = await Promise.all([readFile(files.key), readFile(files.certificate)]);
  const proxy = createServer({ key, cert }, (client) => {
    const server = connect(serverPort, '127.0.0.1');
    client.on('error', () => server.destroy()).on('close', () => server.destroy());
    server.on('error', () => client.destroy()).on('close', () => client.destroy());
    client.pipe(server).pipe(client);
  });
  proxy.on('tlsClientError', () => {});
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  stack.defer(() => {
    proxy.close();
  });
  return (proxy.address() as AddressInfo).port;
}
