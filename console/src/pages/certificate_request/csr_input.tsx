import { useRef } from "react";
import { Button } from "~/design/button";
import { TextArea } from "~/design/field";
import { Notice } from "~/design/notice";
import { Fact, Facts } from "~/design/surfaces";
import { decodePem, type Request } from "~/x509/decode";

type Parsed = { request: Request } | { wrong: string } | undefined;

export function parseCsr(text: string): Parsed {
  if (!text.trim()) return undefined;
  try {
    const found = decodePem(text);
    const request = found.find((one) => one.kind === "request");
    if (!request) return { wrong: "This is a certificate, not a signing request." };
    return { request };
  } catch (error) {
    return { wrong: error instanceof Error ? error.message : "It cannot be read." };
  }
}

/** Paste or open a CSR; what is in it is read as one types, before anything is sent. */
export function CsrInput({
  value,
  error,
  onChange,
}: {
  value: string;
  error?: string;
  onChange: (text: string) => void;
}) {
  const file = useRef<HTMLInputElement>(null);
  const parsed = parseCsr(value);
  const open = async (chosen: File | undefined) => {
    if (chosen) onChange(await chosen.text());
  };
  return (
    <div className="stack">
      <TextArea
        label="Certificate signing request (PEM)"
        mono
        rows={9}
        spellCheck={false}
        placeholder="-----BEGIN CERTIFICATE REQUEST-----"
        value={value}
        error={error ?? (parsed && "wrong" in parsed ? parsed.wrong : undefined)}
        onChange={(event) => onChange(event.target.value)}
        onDrop={(event) => {
          event.preventDefault();
          void open(event.dataTransfer.files[0]);
        }}
      />
      <div>
        <input
          ref={file}
          type="file"
          hidden
          accept=".csr,.pem,.req,.txt"
          onChange={(event) => open(event.target.files?.[0])}
        />
        <Button icon="upload" onClick={() => file.current?.click()}>
          Open a file
        </Button>
      </div>
      {parsed && "request" in parsed && (
        <Notice tone="good" title="What is in it">
          <Facts>
            <Fact name="Subject">{parsed.request.subject || "Empty"}</Fact>
            <Fact name="Names">{parsed.request.names.map((name) => name.value).join(", ") || "None"}</Fact>
            <Fact name="Key">{parsed.request.key}</Fact>
            <Fact name="Signed with">{parsed.request.signature}</Fact>
            {parsed.request.extensions.map((extension) => (
              <Fact key={extension.name} name={extension.name}>
                {extension.value}
              </Fact>
            ))}
          </Facts>
        </Notice>
      )}
    </div>
  );
}
