import { Component, type ReactNode } from 'react';
import { Ended } from '../screens/ended.tsx';

/** Draws something where drawing went wrong. What the worker does goes on; a page that is loaded anew shows it. */
export class Boundary extends Component<{ readonly children: ReactNode }, { readonly error: Error | undefined }> {
  override readonly state = { error: undefined };

  static getDerivedStateFromError(error: Error): { error: Error } {
    return { error };
  }

  override render(): ReactNode {
    const error: Error | undefined = this.state.error;
    if (error === undefined) return this.props.children;
    return (
      <Ended problem={{ name: 'Error', code: undefined, message: 'Something could not be shown. Nothing of it is lost.' }} />
    );
  }
}
