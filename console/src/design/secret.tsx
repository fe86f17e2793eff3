import { type ReactNode, useState } from "react";
import { Button } from "./button";
import { CopyBlock } from "./copy";
import { Dialog } from "./dialog";
import { CheckField, FieldError } from "./field";
import { Notice } from "./notice";

/** What the server shows once. The dialog goes when somebody says that they have it. */
export function SecretDialog({
  title,
  parts,
  children,
  onDone,
}: {
  title: string;
  /** Names and values; null where the server has shown it before. */
  parts: readonly { label: string; value: string | null }[];
  children?: ReactNode;
  onDone: () => void;
}) {
  const [saved, setSaved] = useState(false);
  const [asked, setAsked] = useState(false);
  const lost = parts.some((part) => part.value === null);
  const close = () => (saved || lost ? onDone() : setAsked(true));
  return (
    <Dialog
      title={title}
      wide
      onClose={close}
      footer={
        <Button look="primary" disabled={!saved && !lost} onClick={onDone}>
          Done
        </Button>
      }
    >
      {lost ? (
        <Notice tone="warn" title="It was made, but the secret was shown before">
          The answer to the first attempt was lost. Replace the secret to get one that you can see.
        </Notice>
      ) : (
        <Notice tone="warn" title="Shown once">
          It is stored as a hash or sealed, and nobody can read it again. Copy it to where it belongs now.
        </Notice>
      )}
      {parts.map(
        (part) =>
          part.value !== null && (
            <div key={part.label} className="stack stack-s">
              <h3>{part.label}</h3>
              <CopyBlock text={part.value} label={part.label} wrap />
            </div>
          ),
      )}
      {children}
      {!lost && (
        <div>
          <CheckField label="I have saved it" checked={saved} onChange={(event) => setSaved(event.target.checked)} />
          {asked && !saved && <FieldError>Say first that you have saved it: it is not shown again.</FieldError>}
        </div>
      )}
    </Dialog>
  );
}
