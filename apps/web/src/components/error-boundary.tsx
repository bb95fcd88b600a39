import { Component, type ReactNode } from 'react';

interface Props {
  /** What is drawn: when it changes, drawing it is tried again. */
  readonly subject: unknown;
  /** Shown in its place when it cannot be drawn. `again` tries once more. */
  readonly instead: (again: () => void) => ReactNode;
  readonly children: ReactNode;
}

/** Keeps what fails while it is drawn from taking the whole page with it, which React would leave blank. */
export class ErrorBoundary extends Component<Props, { readonly failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { readonly failed: boolean } {
    return { failed: true };
  }

  override componentDidUpdate(before: Props): void {
    if (this.state.failed && before.subject !== this.props.subject) this.again();
  }

  override render(): ReactNode {
    return this.state.failed ? this.props.instead(this.again) : this.props.children;
  }

  private readonly again = (): void => this.setState({ failed: false });
}
