import { cli, client, type OldBehaviour } from '../old-behaviour.ts';

/** The flaws that ../people.test.ts answers. */
export const PEOPLE: readonly OldBehaviour[] = [
  {
    flaw: 29,
    what: 'text of others is printed as it comes',
    changes: [cli('sanitize.ts', 'needed ?? REPLACEMENT)', 'needed ?? _)')],
  },
  {
    flaw: 30,
    what: 'a request has to be answered before anything goes on',
    changes: [
      client(
        'conversations/incoming-consent.ts',
        'if (!crossing) return transaction.effect(() => context.showOnce(toHex(requestId), peer));',
        'if (!crossing) {\n    context.showOnce(toHex(requestId), peer);\n    await new Promise(() => {});\n  }',
      ),
    ],
  },
];
