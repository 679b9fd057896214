// Why a WebSocket is closed (RFC 6455, section 7.4.1).

export const NORMAL = 1000;
export const GOING_AWAY = 1001;
/** Not a binary message. */
export const UNSUPPORTED_DATA = 1003;
/** The peer did what ends a connection. */
export const POLICY_VIOLATION = 1008;
