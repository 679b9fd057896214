/** The versions of the protocol that this code speaks. A login says which of the server's it takes. */
export const PROTOCOL_VERSIONS: readonly number[] = [1];

/** Where a server speaks WebSocket, and as what (docs/protocol.md, "Layers"). All versions so far share both. */
export const WEBSOCKET_PATH = '/parley';
export const WEBSOCKET_SUBPROTOCOL = 'parley.1';
