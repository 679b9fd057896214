import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline, Readable } from 'node:stream';
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

/** Bytes that are handed to a socket at once: TLS has its own copy of them until they are read. */
const PIECE_BYTES = 16 * 1_024;

/** Answers GET and HEAD. */
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
  if (request.method === 'HEAD') response.end();
  // Whoever goes away before the end is nothing to tell of.
  else pipeline(Readable.from(pieces(bytes)), response, () => {});
}

function* pieces(bytes: Buffer): Generator<Buffer> {
  for (let start = 0; start < bytes.length; start += PIECE_BYTES) yield bytes.subarray(start, start + PIECE_BYTES);
}

/** Compares weakly (RFC 9110, section 13.1.2): a proxy may have made a tag weak. */
function hasTag(ifNoneMatch: string | undefined, tag: string): boolean {
  const known = (ifNoneMatch ?? '').split(',').map((one) => one.trim().replace(/^W\//, ''));
  return known.includes(tag) || known.includes('*');
}
