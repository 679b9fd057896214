import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Encoding, preferredEncoding } from './accept-encoding.ts';

/** Bytes as they go over the wire, compressed or not. */
export interface SentForm {
  readonly bytes: Buffer;
  /** SHA-256 of the bytes as an entity tag, with its quotes. */
  readonly tag: string;
}

/** A file of the web client. */
export interface WebFile {
  readonly headers: Readonly<Record<string, string>>;
  readonly contentType: string;
  readonly plain: SentForm;
  readonly compressed: ReadonlyMap<Encoding, SentForm>;
}

/** Answers GET and HEAD. What is sent is the file in memory itself, never a copy: a slow reader holds none of it. */
export function answerWithFile(request: IncomingMessage, response: ServerResponse, file: WebFile): void {
  const { compressed } = file;
  const encoding = preferredEncoding(request.headers['accept-encoding'], [...compressed.keys()]);
  const { bytes, tag } = (encoding && compressed.get(encoding)) ?? file.plain;
  const headers = { ...file.headers, etag: tag, ...(compressed.size > 0 && { vary: 'accept-encoding' }) };
  if (hasTag(request.headers['if-none-match'], tag)) {
    response.writeHead(304, headers).end();
    return;
  }
  response.writeHead(200, {
    ...headers,
    'content-type': file.contentType,
    'content-length': bytes.length,
    ...(encoding && { 'content-encoding': encoding }),
  });
  response.end(request.method === 'HEAD' ? undefined : bytes);
}

/** Compares weakly (RFC 9110, section 13.1.2): a proxy may have made a tag weak. */
function hasTag(ifNoneMatch: string | undefined, tag: string): boolean {
  const known = (ifNoneMatch ?? '').split(',').map((one) => one.trim().replace(/^W\//, ''));
  return known.includes(tag) || known.includes('*');
}
