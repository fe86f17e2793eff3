import { type ReactNode, useState } from "react";
import { Button } from "./button";
import { Icon } from "./icon";
import { Code } from "./surfaces";

function useCopied(text: string) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 2000);
  };
  return [copied, copy] as const;
}

/** A value with a button that copies it: serial numbers, fingerprints, URLs. */
export function Copyable({ value, label, children }: { value: string; label: string; children?: ReactNode }) {
  const [copied, copy] = useCopied(value);
  return (
    <span className="copyable">
      <span className="copyable-value mono">{children ?? value}</span>
      <button type="button" className="copy-button" onClick={copy} aria-label={`Copy ${label}`} title={`Copy ${label}`}>
        <Icon name={copied ? "check" : "copy"} />
      </button>
      <span className="visually-hidden" aria-live="polite">
        {copied ? `${label} copied` : ""}
      </span>
    </span>
  );
}

/** Text to take along whole: a command, a PEM, a secret. */
export function CopyBlock({ text, label, wrap }: { text: string; label: string; wrap?: boolean }) {
  const [copied, copy] = useCopied(text);
  return (
    <div className="code-block">
      <Code wrap={wrap}>{text}</Code>
      <Button small icon={copied ? "check" : "copy"} onClick={copy} aria-label={`Copy ${label}`}>
        {copied ? "Copied" : "Copy"}
      </Button>
    </div>
  );
}
