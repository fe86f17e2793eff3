import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api, body } from "~/api/client";
import { ApiError } from "~/api/problem";
import type { Schema } from "~/api/types";
import { Badge, type BadgeTone } from "~/design/badge";
import { Button } from "~/design/button";
import { TextField } from "~/design/field";
import type { IconName } from "~/design/icon";
import { Notice, ProblemNotice } from "~/design/notice";
import { Fact, Facts, Panel } from "~/design/surfaces";
import { Time } from "~/design/time";
import { splitAddress } from "./host_address";

type HostCheck = Schema<"HostCheck">;
type Finding = HostCheck["findings"][number];

const kTitles: Record<Finding["code"], string> = {
  name_mismatch: "For another name",
  expired: "Expired",
  not_yet_valid: "Not valid yet",
  expires_soon: "Expires soon",
  revoked: "Revoked",
  wrong_purpose: "Not for servers",
  untrusted: "Not trusted",
  chain_incomplete: "Chain not complete",
  weak_key: "Weak key",
  unreadable: "Cannot be read",
  not_in_inventory: "Not in the inventory",
};

const kSeverities: Record<Finding["severity"], { tone: BadgeTone; icon: IconName; name: string }> = {
  error: { tone: "bad", icon: "alert", name: "Wrong" },
  warning: { tone: "warn", icon: "alert", name: "Warning" },
  note: { tone: "quiet", icon: "info", name: "Note" },
};

function Findings({ check }: { check: HostCheck }) {
  const wrong = check.findings.some((one) => one.severity !== "note");
  return (
    <>
      {!wrong && (
        <Notice tone="good" title="Nothing is wrong with what it presents">
          The names, the time, the chain and the key are as they should be.
        </Notice>
      )}
      {check.findings.length > 0 && (
        <ul className="findings">
          {check.findings.map((finding) => {
            const { tone, icon, name } = kSeverities[finding.severity];
            return (
              <li key={finding.code}>
                <div className="row row-between">
                  <strong>{kTitles[finding.code]}</strong>
                  <Badge tone={tone} icon={icon}>
                    {name}
                  </Badge>
                </div>
                <div className="secondary">{finding.detail}</div>
              </li>
            );
          })}
        </ul>
      )}
    </>
  );
}

function Result({ check }: { check: HostCheck }) {
  if (!check.succeeded) {
    return (
      <Notice tone="bad" title="It presented nothing">
        {check.detail}
      </Notice>
    );
  }
  return (
    <div className="stack">
      <Findings check={check} />
      <Facts>
        <Fact name="Looked at">
          {check.host}, port {check.port}, <Time at={check.checked_at} as="relative" />
        </Fact>
        <Fact name="Address">{check.address}</Fact>
        <Fact name="Protocol">{check.tls_version}</Fact>
        {check.certificate_id && (
          <Fact name="In the inventory">
            <Link to="/certificates/$id" params={{ id: check.certificate_id }}>
              This certificate
            </Link>
          </Fact>
        )}
        {check.authority_id && (
          <Fact name="Issued by">
            <Link to="/authorities/$id" params={{ id: check.authority_id }}>
              A CA of this PKI
            </Link>
          </Fact>
        )}
      </Facts>
    </div>
  );
}

/** Has the server look; what the host presents is handed on to be read. */
export function HostPanel({ onSeen }: { onSeen: (pem: string) => void }) {
  const [address, setAddress] = useState("");
  const [serverName, setServerName] = useState("");
  const check = useMutation({
    mutationFn: () => {
      const name = serverName.trim();
      const wanted = { ...splitAddress(address), ...(name && { server_name: name }) };
      return body(api.POST("/api/v1/host-checks", { body: wanted }));
    },
    onSuccess: (seen) => {
      if (seen.succeeded) onSeen(seen.chain.map((one) => one.certificate).join(""));
    },
  });
  const errors = check.error instanceof ApiError ? check.error.fieldErrors() : {};
  return (
    <Panel
      title="Check a host"
      lead="The server connects to it, sends nothing, and says what is wrong with the certificates that it presents."
    >
      <div className="stack">
        <form
          className="stack"
          onSubmit={(event) => {
            event.preventDefault();
            check.mutate();
          }}
        >
          <div className="form-grid">
            <TextField
              label="Host"
              placeholder="www.example.com:443"
              autoComplete="off"
              spellCheck={false}
              error={errors["/host"] ?? errors["/port"]}
              value={address}
              onChange={(event) => setAddress(event.target.value)}
            />
            <TextField
              label="Name to ask for"
              optional
              hint="When it is another than the host’s."
              autoComplete="off"
              spellCheck={false}
              error={errors["/server_name"]}
              value={serverName}
              onChange={(event) => setServerName(event.target.value)}
            />
          </div>
          <div className="row">
            <Button type="submit" look="primary" busy={check.isPending} disabled={!address.trim()}>
              Check
            </Button>
          </div>
          <ProblemNotice error={check.error} shown={["/host", "/port", "/server_name"]} />
        </form>
        <div aria-live="polite">{check.data && !check.isPending && <Result check={check.data} />}</div>
      </div>
    </Panel>
  );
}
