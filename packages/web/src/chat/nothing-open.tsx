import { Icon } from '../parts/icon.tsx';

/** Beside the list, while no conversation is looked at. */
export function NothingOpen({ hasConversations }: { readonly hasConversations: boolean }) {
  return (
    <main className="nothing-open" aria-label="No conversation">
      <Icon name="bubble" />
      {hasConversations ? (
        <p>Choose a conversation, or press Ctrl+K to go anywhere.</p>
      ) : (
        <>
          <h2>It is quiet here</h2>
          <p>Ask somebody by their name to talk with you. They see who asks, and nothing else reaches them before they accept.</p>
          <p>Whoever is not here yet needs an invite: from you, if you run this server, or from who does.</p>
        </>
      )}
    </main>
  );
}
