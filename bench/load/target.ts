/** What the load generator must know to speak to a server: plain data, since it is a process of its own. */
export type Target =
  | { readonly protocol: 'parley'; readonly port: number; readonly messageBytes: number; readonly accounts: string }
  | { readonly protocol: 'mqtt'; readonly port: number; readonly messageBytes: number; readonly ca?: string }
  | {
      readonly protocol: 'xmpp';
      readonly port: number;
      readonly messageBytes: number;
      readonly ca?: string;
      readonly domain: string;
      readonly password: string;
    };
