export { ED25519, parseCertificate, type X509Certificate, X25519 } from './certificate.ts';
export { parseCrl, type X509Crl } from './crl.ts';
export { contextTag, primitiveContextTag, Tag as DerTag } from './der.ts';
export {
  type Extension,
  ExtensionId,
  findExtension,
  KeyUsageBit,
  readSubjectAltName,
  SERVER_AUTH,
} from './extensions.ts';
