import { type FormEvent, type ReactNode, useEffect, useId, useRef } from "react";
import { IconButton } from "./button";

/**
 * The platform's modal dialog: it traps the focus, closes on Escape, and gives the focus back to where it came from. No
 * library for it: those lock the page's scrolling with a style element, which the content security policy refuses.
 * With `onSubmit` the content is a form. What gets the focus first has `autoFocus`, in a destructive dialog Cancel.
 */
export function Dialog({
  title,
  onClose,
  onSubmit,
  footer,
  wide,
  children,
}: {
  title: string;
  onClose: () => void;
  onSubmit?: () => void;
  footer?: ReactNode;
  wide?: boolean;
  children: ReactNode;
}) {
  const ref = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const before = document.activeElement;
    const dialog = ref.current;
    dialog?.showModal();
    // React's autoFocus runs before the dialog is shown, and the platform looks for its own attribute.
    dialog?.querySelector<HTMLElement>("[data-autofocus]")?.focus();
    return () => {
      dialog?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  const content = (
    <>
      <div className="dialog-head">
        <h2 id={titleId}>{title}</h2>
        <IconButton icon="x" label="Close" small onClick={onClose} />
      </div>
      <div className="dialog-body stack">{children}</div>
      {footer && <div className="dialog-foot">{footer}</div>}
    </>
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit?.();
  };
  return (
    <dialog
      ref={ref}
      className={`dialog ${wide ? "dialog-wide" : ""}`}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      // The browser may close it without asking, on a second Escape.
      onClose={() => !ref.current?.open && onClose()}
    >
      {onSubmit ? (
        <form onSubmit={submit} noValidate>
          {content}
        </form>
      ) : (
        <div className="dialog-frame">{content}</div>
      )}
    </dialog>
  );
}
