import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, body, newIdempotencyKey } from "~/api/client";
import { ApiError } from "~/api/problem";
import type { Schema } from "~/api/types";
import { Button } from "~/design/button";
import { Dialog } from "~/design/dialog";
import { SelectField, TextField } from "~/design/field";
import { Notice, ProblemNotice } from "~/design/notice";
import { Fact, Facts, Loading } from "~/design/surfaces";
import { count, plural } from "~/design/time";
import { kReasons } from "~/pages/certificate/reasons";
import { sizeOf, type Target } from "./bulk";

type Reason = Schema<"RevocationReason">;

/** What the set hits, in the server's numbers. */
function Preview({ preview }: { preview: Schema<"RevocationPreview"> }) {
  const { blast_radius: radius, sample } = preview;
  const number = (value: number) => (value > 0 ? count(value) : null);
  return (
    <Facts>
      <Fact name="Certificates">
        <strong>{count(preview.count)}</strong>
      </Fact>
      <Fact name="Among them">
        {sample
          .slice(0, 5)
          .map((one) => one.common_name)
          .join(", ")}
        {preview.count > 5 && " and others"}
      </Fact>
      <Fact name="With a successor">{number(radius.superseded)}</Fact>
      <Fact name="Being replaced">{number(radius.under_way)}</Fact>
      <Fact name="Expired already">{number(radius.expired)}</Fact>
      <Fact name="Revoked already, left out">{number(radius.already_revoked)}</Fact>
      <Fact name="Sharing a key with others">{number(radius.sharing_keys)}</Fact>
      <Fact name="Requested by">{plural(radius.requesters, "requester")}</Fact>
    </Facts>
  );
}

/** The job of the server, asked for until every certificate has a result. */
function Progress({ id }: { id: string }) {
  const batch = useQuery({
    queryKey: ["revocation-batches", id],
    queryFn: () => body(api.GET("/api/v1/revocation-batches/{id}", { params: { path: { id } } })),
    refetchInterval: (query) => (query.state.data?.status === "complete" ? false : 500),
  });
  const now = batch.data;
  if (batch.error) return <ProblemNotice error={batch.error} />;
  if (!now) return <Loading rows={1} />;
  const { revoked, already_revoked: already, failed } = now.results;
  return (
    <div className="stack" aria-live="polite">
      <progress max={now.count} value={revoked + already + failed} aria-label="Certificates that are done" />
      <p>
        {count(revoked)} of {plural(now.count, "certificate")} revoked
        {failed > 0 && `, ${count(failed)} failed`}.
      </p>
      {now.status === "complete" && failed === 0 && <Notice tone="good">All of them are revoked.</Notice>}
      {now.status === "complete" && failed > 0 && (
        <Notice tone="bad">Some could not be revoked. Their own pages say why.</Notice>
      )}
    </div>
  );
}

/** One code for a whole set, after the server has told what the set is. */
export function BulkRevokeDialog({
  target,
  onClose,
  onDone,
}: {
  target: Target;
  onClose: () => void;
  onDone: () => void;
}) {
  const client = useQueryClient();
  const [code, setCode] = useState("");
  const [reason, setReason] = useState<Reason>("unspecified");
  const [opened] = useState(newIdempotencyKey);
  const preview = useQuery({
    queryKey: ["revocation-preview", opened],
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    retry: false,
    refetchOnWindowFocus: false,
    queryFn: () =>
      body(
        api.POST("/api/v1/revocation-batches", {
          params: { header: { "Idempotency-Key": newIdempotencyKey() } },
          body: "ids" in target ? { certificate_ids: target.ids } : { filter: target.filter },
        }),
      ),
  });
  const shown = preview.data;
  const revoke = useMutation({
    mutationFn: () =>
      body(
        api.POST("/api/v1/revocation-batches/{id}/revocation", {
          params: { path: { id: shown?.id ?? "" }, header: { "Idempotency-Key": newIdempotencyKey() } },
          body: { code, reason, expected_count: shown?.count ?? 0 },
        }),
      ),
  });
  const wrong = revoke.error instanceof ApiError ? revoke.error.fieldErrors()["/code"] : undefined;
  const close = () => {
    if (revoke.data) {
      void client.invalidateQueries({ queryKey: ["certificates"] });
      onDone();
    }
    onClose();
  };
  const digits = shown?.code ?? "";
  return (
    <Dialog
      title={`Revoke ${plural(shown?.count ?? sizeOf(target), "certificate")}`}
      onClose={close}
      onSubmit={() => code.length === 6 && shown && !revoke.data && revoke.mutate()}
      footer={
        revoke.data ? (
          <Button onClick={close}>Close</Button>
        ) : (
          <>
            <Button onClick={close} data-autofocus>
              Cancel
            </Button>
            <Button type="submit" look="danger-solid" busy={revoke.isPending} disabled={code.length !== 6 || !shown}>
              Confirm Revoke
            </Button>
          </>
        )
      }
    >
      <ProblemNotice error={preview.error} />
      {preview.isPending && <Loading label="Asking what this hits" />}
      {!wrong && <ProblemNotice error={revoke.error} />}
      {revoke.data && <Progress id={revoke.data.id} />}
      {shown && !revoke.data && (
        <>
          <Preview preview={shown} />
          <Notice tone="warn" title="This cannot be undone." />
          <div className="code-row">
            <div>
              <div className="field-label">Code</div>
              <output className="big-code" aria-label={`The code is ${digits.split("").join(" ")}`}>
                {digits.slice(0, 3)} {digits.slice(3)}
              </output>
            </div>
            <div className="grow">
              <TextField
                label="Type the six digits"
                mono
                inputMode="numeric"
                autoComplete="off"
                value={code}
                error={wrong}
                onChange={(event) => setCode(event.target.value.replace(/\D/g, "").slice(0, 6))}
              />
            </div>
          </div>
          <SelectField
            label="Reason"
            optional
            value={reason}
            onChange={(event) => setReason(event.target.value as Reason)}
          >
            {Object.entries(kReasons).map(([value, text]) => (
              <option key={value} value={value}>
                {text}
              </option>
            ))}
          </SelectField>
        </>
      )}
    </Dialog>
  );
}
