/** The opcodes of the communication phase (docs/protocol.md, "Opcodes"). The first six keep their numbers for ever. */
export const Opcode = {
  QUIT: 0,
  LIST: 1,
  RTT: 2,
  ACCEPT: 3,
  REFUSE: 4,
  MESSAGE: 5,
  COMMIT: 6,
  OK: 7,
  ERROR: 8,
  ACK: 9,
  USER: 10,
  KEYS: 11,
  PRESENCE: 12,
  DEVICES: 14,
  SETTINGS: 17,
  REJOIN: 18,
  CANCEL: 19,
  REPLACE: 20,
} as const;

export type Opcode = (typeof Opcode)[keyof typeof Opcode];
