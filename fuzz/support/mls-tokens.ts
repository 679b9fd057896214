/** Versions, wire formats and lengths of MLS (RFC 9420, sections 2.1.2, 6 and 17). */
export const mlsTokens = [
  Uint8Array.of(0, 1, 0, 1),
  Uint8Array.of(0, 1, 0, 2),
  Uint8Array.of(0, 1, 0, 3),
  Uint8Array.of(0, 1, 0, 5),
  Uint8Array.of(0x40, 0),
  Uint8Array.of(0x40, 0x10),
  Uint8Array.of(0x7f, 0xff),
  Uint8Array.of(0x80, 0, 0, 0),
  Uint8Array.of(0xbf, 0xff, 0xff, 0xff),
  Uint8Array.of(0xc0),
  Uint8Array.of(0xff, 0xff),
  new Uint8Array(16),
] as const;
