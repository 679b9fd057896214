import { Icon } from './icon.tsx';

/** What went wrong and what to do; read out when it comes. */
export function ProblemText({ text }: { readonly text: string | undefined }) {
  return (
    <div className="problem" role="alert">
      {text !== undefined && (
        <>
          <Icon name="alert" />
          <p>{text}</p>
        </>
      )}
    </div>
  );
}
