import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { api, body } from "~/api/client";
import { useRight } from "~/api/me";
import { isStatus } from "~/api/problem";
import { Badge } from "~/design/badge";
import { Copyable } from "~/design/copy";
import { TextArea } from "~/design/field";
import { Notice, ProblemNotice } from "~/design/notice";
import { Empty, Fact, Facts, Page, Panel } from "~/design/surfaces";
import { Time } from "~/design/time";
import { type Certificate, decodePem, fingerprint, type Request } from "~/x509/decode";
import { pemBlocks } from "~/x509/pem";
import { HostPanel } from "./host";

type Item = Certificate | Request | { kind: "key"; publicKey: Uint8Array };

type Read = { items: Item[]; error: string; secret: boolean };

/** Nothing of what is pasted leaves the browser; a private key is not even looked at. */
function read(text: string): Read {
  if (!text.trim()) return { items: [], error: "", secret: false };
  if (/PRIVATE KEY-----/.test(text)) return { items: [], error: "", secret: true };
  try {
    const keys = pemBlocks(text)
      .filter((block) => block.label === "PUBLIC KEY")
      .map((block) => ({ kind: "key" as const, publicKey: block.der }));
    const rest = text.replace(/-----BEGIN PUBLIC KEY-----[\s\S]*?-----END PUBLIC KEY-----/g, "");
    const others = keys.length > 0 && !rest.includes("-----BEGIN") ? [] : decodePem(rest);
    return { items: [...others, ...keys], error: "", secret: false };
  } catch (error) {
    return { items: [], error: error instanceof Error ? error.message : String(error), secret: false };
  }
}

const titleOf = (item: Item) =>
  item.kind === "certificate"
    ? `Certificate: ${item.commonName || item.subject || "no name"}`
    : item.kind === "request"
      ? `Signing request: ${item.commonName || item.names[0]?.value || "no name"}`
      : "Public key";

function useHash(bytes: Uint8Array | undefined) {
  const query = useQuery({
    queryKey: ["hash", bytes ? Array.from(bytes).join() : ""],
    enabled: Boolean(bytes),
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: () => fingerprint(bytes as Uint8Array),
  });
  return query.data;
}

/** What this server knows of it: by the fingerprint and by the hash of the public key, nothing else. */
function Known({ hash, print }: { hash?: string; print?: string }) {
  const seesCertificates = useRight("ReadCertificates");
  const seesBlocked = useRight("ReadBlockedKeys");
  const certificate = useQuery({
    queryKey: ["certificates", "by-fingerprint", print],
    enabled: Boolean(print) && seesCertificates,
    queryFn: () =>
      body(
        api.POST("/api/v1/certificates/search", {
          body: { filter: { field: "fingerprint_sha256", operator: "eq", value: print ?? "" }, limit: 1 },
        }),
      ),
  });
  const blocked = useQuery({
    queryKey: ["blocked-keys", "tool", hash],
    enabled: Boolean(hash) && seesBlocked,
    queryFn: async () => {
      try {
        return await body(
          api.GET("/api/v1/blocked-keys/{spki_sha256}", { params: { path: { spki_sha256: hash ?? "" } } }),
        );
      } catch (error) {
        if (isStatus(error, 404)) return null;
        throw error;
      }
    },
  });
  const found = certificate.data?.items[0];
  return (
    <>
      <Fact name="Could not be asked">
        {(certificate.error || blocked.error) && <ProblemNotice error={certificate.error ?? blocked.error} />}
      </Fact>
      <Fact name="Here">
        {found ? (
          <Link to="/certificates/$id" params={{ id: found.id }}>
            In the inventory
          </Link>
        ) : (
          certificate.data && <span className="muted">Not in the inventory</span>
        )}
      </Fact>
      <Fact name="Its key">
        {blocked.data ? (
          <Badge tone="bad" icon="ban">
            Blocked here
          </Badge>
        ) : (
          blocked.data === null && <span className="muted">Not blocked</span>
        )}
      </Fact>
    </>
  );
}

function ItemPanel({ item }: { item: Item }) {
  const hash = useHash(item.publicKey);
  const print = useHash(item.kind === "certificate" ? item.der : undefined);
  return (
    <Panel title={titleOf(item)}>
      <Facts>
        {item.kind !== "key" && (
          <>
            <Fact name="Subject">{item.subject}</Fact>
            <Fact name="Names">{item.names.map((name) => name.value).join(", ")}</Fact>
          </>
        )}
        {item.kind === "certificate" && (
          <>
            <Fact name="Issuer">{item.issuer}</Fact>
            <Fact name="Serial number">
              <Copyable value={item.serialNumber} label="serial number" />
            </Fact>
            <Fact name="Valid from">
              <Time at={item.validFrom.toISOString()} />
            </Fact>
            <Fact name="Valid until">
              <Time at={item.validTo.toISOString()} />
              {item.validTo.getTime() < Date.now() && " (over)"}
            </Fact>
          </>
        )}
        {item.kind !== "key" && (
          <>
            <Fact name="Key">{item.key}</Fact>
            <Fact name="Signature">{item.signature}</Fact>
            {item.extensions.map((one) => (
              <Fact key={one.name} name={one.name}>
                {one.value}
                {one.critical && <span className="muted"> (critical)</span>}
              </Fact>
            ))}
          </>
        )}
        <Fact name="SHA-256 fingerprint">{print && <Copyable value={print} label="fingerprint" />}</Fact>
        <Fact name="SHA-256 of the public key">{hash && <Copyable value={hash} label="public key hash" />}</Fact>
        <Known hash={hash} print={print} />
      </Facts>
    </Panel>
  );
}

const equal = (a: Uint8Array, b: Uint8Array) => a.length === b.length && a.every((byte, index) => byte === b[index]);

function Match({ items }: { items: Item[] }) {
  const [first, ...others] = items;
  if (!first || others.length === 0) return null;
  return others.every((one) => equal(one.publicKey, first.publicKey)) ? (
    <Notice tone="good" title="They have the same key">
      All {items.length} have one public key.
    </Notice>
  ) : (
    <Notice tone="warn" title="Not all have the same key">
      Compare the SHA-256 of their public keys below.
    </Notice>
  );
}

const kKeyCommand = "openssl pkey -in key.pem -pubout";

export default function ToolsPage() {
  const [text, setText] = useState("");
  const [seen, setSeen] = useState("");
  const mayCheck = useRight("CheckHosts");
  const { items, error, secret } = useMemo(() => read(text), [text]);
  return (
    <Page
      title="Tools"
      lead="Read certificates and signing requests, and see whether keys belong together. What you paste stays in this browser."
    >
      {mayCheck && (
        <HostPanel
          onSeen={(chain) => {
            setSeen(chain);
            setText(chain);
          }}
        />
      )}
      <Panel title="What to read">
        <div className="stack">
          <TextArea
            label="PEM: certificates, signing requests, public keys"
            mono
            rows={8}
            spellCheck={false}
            placeholder="-----BEGIN CERTIFICATE-----"
            error={error || undefined}
            hint={`Several may follow each other. Of a private key, paste the public part: ${kKeyCommand}`}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
          {secret && (
            <Notice tone="bad" title="There is a private key in it">
              It was not read and not sent. Take it out, and paste its public part instead: <code>{kKeyCommand}</code>
            </Notice>
          )}
        </div>
      </Panel>
      <div className="stack stack-l" aria-live="polite">
        {text !== seen && <Match items={items} />}
        {items.length === 0 && !error && !secret && (
          <Empty icon="tool" title="Nothing to read yet">
            A certificate and the public part of a key, one after the other, tell whether they belong together.
          </Empty>
        )}
        {items.map((item, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: they stand in the order of the text.
          <ItemPanel key={index} item={item} />
        ))}
      </div>
    </Page>
  );
}
