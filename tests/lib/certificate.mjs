// Certificates that nobody else knows, for servers that tests start.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { run } from './child.mjs';

// { certificate, key }: PEM files, for 127.0.0.1.
export async function makeCertificate(own, name) {
  const folder = own.folder();
  const files = { certificate: join(folder, `${name}.pem`), key: join(folder, `${name}.key`) };
  const { code, errors } = await run(own, 'openssl', [
    'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
    '-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost',
    '-keyout', files.key, '-out', files.certificate,
  ]);
  assert.equal(code, 0, errors.join('\n'));
  return files;
}
