import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { kMergePatch } from "~/api/changes";
import { api, body, saveBlob, tagged } from "~/api/client";
import { useRight } from "~/api/me";
import type { Schema } from "~/api/types";
import { PageFailed } from "~/app/errors";
import { Status, Tag } from "~/design/badge";
import { Button } from "~/design/button";
import { ChangeProblem } from "~/design/change_problem";
import { Notice, ProblemNotice } from "~/design/notice";
import { Back, Code, Empty, Fact, Facts, Loading, Page, Panel } from "~/design/surfaces";
import { Time } from "~/design/time";
import { toast } from "~/design/toast";
import { isShown, kFields, kKinds, kMask } from "~/pages/providers/fields";
import { EditProviderDialog } from "./edit_dialog";

type Check = Schema<"ProviderCheck">;

const kOrigins = {
  authority: "as the CA tells it",
  issued: "above the newest certificate from there",
  trust_anchors: "configured: what its certificates must chain to",
};

function CheckResult({ check }: { check: Check }) {
  return (
    <div className="stack">
      <Notice
        tone={check.succeeded ? "good" : "bad"}
        title={check.succeeded ? "It answers, and accepts the credentials" : "It failed"}
      >
        <div className="break">{check.detail}</div>
        <div className="muted">
          <Time at={check.checked_at} />
        </div>
      </Notice>
      {check.chain_origin && <p className="muted">The chain, {kOrigins[check.chain_origin]}:</p>}
      {check.chain.length > 0 && (
        <ul className="findings" aria-label="Chain">
          {check.chain.map((one) => (
            <li key={one.fingerprint_sha256} className="row row-between">
              <span className="grow">
                <strong className="break">{one.subject}</strong>
                <div className="muted">
                  until <Time at={one.valid_to} as="date" />
                </div>
              </span>
              <Button
                small
                icon="download"
                onClick={() =>
                  saveBlob(
                    new Blob([one.certificate], { type: "application/x-pem-file" }),
                    `${one.fingerprint_sha256.slice(0, 16)}.pem`,
                  )
                }
              >
                PEM<span className="visually-hidden"> of {one.subject}</span>
              </Button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function CheckPanel({ id }: { id: string }) {
  const check = useMutation({
    mutationFn: () => body(api.POST("/api/v1/providers/{id}/checks", { params: { path: { id } } })),
  });
  return (
    <Panel
      title="Test"
      lead="Uses the credentials without ordering anything, and shows the CA’s chain."
      actions={
        <Button small icon="play" busy={check.isPending} onClick={() => check.mutate()}>
          Test now
        </Button>
      }
    >
      <div aria-live="polite">
        <ProblemNotice error={check.error} />
        {check.data && <CheckResult check={check.data} />}
        {!check.data && !check.error && (
          <Empty icon="play" title={check.isPending ? "The CA is being asked" : "Not tested on this page yet"} />
        )}
      </div>
    </Panel>
  );
}

const show = (name: string, value: string | number | null | undefined) => {
  if (value === null || value === undefined || value === "") return <span className="muted">Not set</span>;
  if (value === kMask) return <span className="muted">Set, and never shown</span>;
  if (String(value).includes("\n")) return <Code wrap={name === "instructions"}>{String(value)}</Code>;
  return <span className="break">{value}</span>;
};

function yes(flag: boolean, text: string, otherwise: string) {
  return flag ? text : otherwise;
}

export default function ProviderPage() {
  const { id = "" } = useParams({ strict: false });
  const client = useQueryClient();
  const mayManage = useRight("ManageProviders");
  const [editing, setEditing] = useState(false);
  const loaded = useQuery({
    queryKey: ["providers", "one", id],
    queryFn: () => tagged(api.GET("/api/v1/providers/{id}", { params: { path: { id } } })),
  });
  const switchTo = useMutation({
    mutationFn: (active: boolean) =>
      body(
        api.PATCH("/api/v1/providers/{id}", {
          params: { path: { id }, header: { "If-Match": loaded.data?.etag ?? "" } },
          headers: kMergePatch,
          body: { active },
        }),
      ),
    onSuccess: async (provider) => {
      await client.invalidateQueries({ queryKey: ["providers"] });
      toast(provider.active ? `${provider.name} can be chosen.` : `${provider.name} cannot be chosen any more.`);
    },
  });
  const provider = loaded.data?.value;
  const back = <Back to="/providers">Providers</Back>;
  if (loaded.error && !provider) return <PageFailed error={loaded.error} reset={() => loaded.refetch()} />;
  if (!provider) {
    return (
      <Page title="Provider" above={back}>
        <Loading rows={8} />
      </Page>
    );
  }
  const can = provider.capabilities;
  const isLocal = provider.kind === "local_pki";
  const fields = kFields[provider.kind].filter((field) => isShown(field, provider.configuration));
  return (
    <Page
      title={provider.name}
      above={back}
      lead={
        <span className="row">
          <Status state={provider.active ? "active" : "inactive"} />
          {kKinds[provider.kind]?.name ?? provider.kind}
        </span>
      }
      actions={
        mayManage && (
          <>
            <Button busy={switchTo.isPending} onClick={() => switchTo.mutate(!provider.active)}>
              {provider.active ? "Deactivate" : "Activate"}
            </Button>
            <Button icon="edit" onClick={() => setEditing(true)}>
              Edit
            </Button>
          </>
        )
      }
    >
      <ChangeProblem
        error={switchTo.error}
        onReload={async () => {
          await loaded.refetch();
          switchTo.reset();
        }}
      />
      <div className="columns">
        <div className="stack stack-l">
          {isLocal ? (
            <Panel title="Local PKI">
              <p>
                It is built in, and issues as long as there is an active intermediate.{" "}
                <Link to="/authorities">See its CAs</Link>
              </p>
            </Panel>
          ) : (
            <Panel title="Configuration">
              <Facts>
                {fields.map((field) => (
                  <Fact key={field.name} name={field.label}>
                    {show(field.name, provider.configuration[field.name])}
                  </Fact>
                ))}
              </Facts>
            </Panel>
          )}
        </div>
        <div className="stack stack-l">
          {mayManage && <CheckPanel id={id} />}
          <Panel title="What it can do">
            <Facts>
              <Fact name="Certificates come">{yes(can.asynchronous, "After a while, by a job", "At once")}</Fact>
              <Fact name="From a CSR">{yes(can.issue_from_csr, "Yes", "No")}</Fact>
              <Fact name="Renewals">{yes(can.renew, "Yes", "No")}</Fact>
              <Fact name="Revocations">{yes(can.revoke, "Are passed on to the CA", "Are recorded here only")}</Fact>
              <Fact name="Wildcards">{yes(can.wildcard, "Yes", "No")}</Fact>
              <Fact name="Validity">{yes(can.sets_validity, "The CA decides", "The order says")}</Fact>
              <Fact name="Names">
                <span className="row">
                  {can.subject_alternative_names.map((one) => (
                    <Tag key={one}>{one}</Tag>
                  ))}
                </span>
              </Fact>
              <Fact name="Keys">
                <span className="row">
                  {can.key_algorithms.map((one) => (
                    <Tag key={one}>{one}</Tag>
                  ))}
                </span>
              </Fact>
            </Facts>
          </Panel>
        </div>
      </div>
      {editing && <EditProviderDialog id={id} onClose={() => setEditing(false)} />}
    </Page>
  );
}
