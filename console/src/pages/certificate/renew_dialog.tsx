import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api, body } from "~/api/client";
import { useIdempotencyKey } from "~/api/idempotency";
import { useNameOf } from "~/api/lookups";
import { ApiError } from "~/api/problem";
import type { Open } from "~/api/types";
import { Button } from "~/design/button";
import { Dialog } from "~/design/dialog";
import { TextField } from "~/design/field";
import { Notice, ProblemNotice } from "~/design/notice";
import { Fact, Facts } from "~/design/surfaces";
import { Time } from "~/design/time";
import { toast } from "~/design/toast";
import { CsrInput, parseCsr } from "~/pages/certificate_request/csr_input";
import type { Certificate } from "./data";

/** A summary of what the new certificate will be, and a fresh CSR where the key is not kept here. */
export function RenewDialog({ certificate, onClose }: { certificate: Certificate; onClose: () => void }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const names = useNameOf();
  const keyFor = useIdempotencyKey();
  const [days, setDays] = useState("");
  const [csr, setCsr] = useState("");
  const needsCsr = !certificate.has_private_key;
  const parsed = parseCsr(csr);
  const renew = useMutation({
    mutationFn: () => {
      const changes: Open = {};
      if (days) changes.validity_days = Number(days);
      if (needsCsr) changes.csr = csr;
      const header = { "Idempotency-Key": keyFor(changes) };
      return body(
        api.POST("/api/v1/certificates/{id}/renewals", {
          params: { path: { id: certificate.id }, header },
          body: { changes: changes as never },
        }),
      );
    },
    onSuccess: async (order) => {
      await client.invalidateQueries({ queryKey: ["certificates"] });
      await client.invalidateQueries({ queryKey: ["orders"] });
      onClose();
      if (order.certificate_id) {
        toast(`${order.common_name} is renewed.`);
        await navigate({ to: "/certificates/$id", params: { id: order.certificate_id } });
      } else {
        await navigate({ to: "/orders/$id", params: { id: order.id } });
      }
    },
  });
  const errors = renew.error instanceof ApiError ? renew.error.fieldErrors() : {};
  const wrong = (name: string) => errors[`/changes/${name}`] ?? errors[`/${name}`];
  const shown = ["/changes/validity_days", "/validity_days", "/changes/csr", "/csr"];
  const onlyFields = Object.keys(errors).length > 0 && Object.keys(errors).every((pointer) => shown.includes(pointer));
  return (
    <Dialog
      title="Renew Certificate"
      onClose={onClose}
      onSubmit={() => renew.mutate()}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            type="submit"
            look="primary"
            busy={renew.isPending}
            disabled={needsCsr && !(parsed && "request" in parsed)}
            data-autofocus={needsCsr ? undefined : true}
          >
            Confirm Renewal
          </Button>
        </>
      }
    >
      {!onlyFields && <ProblemNotice error={renew.error} shown={shown} />}
      <p>
        A new certificate {needsCsr ? "for a new key of yours" : "with a new key"} and the same parameters. This one
        keeps its status until it expires or is revoked.
      </p>
      <Facts>
        <Fact name="Common name">
          <strong>{certificate.common_name}</strong>
        </Fact>
        <Fact name="Other names">
          {certificate.subject_alternative_names
            .filter((name) => name.value !== certificate.common_name)
            .map((name) => name.value)
            .join(", ")}
        </Fact>
        <Fact name="Key">{certificate.algorithm}</Fact>
        <Fact name="Provider">{names.provider(certificate.provider_id)}</Fact>
        <Fact name="Expires">
          <Time at={certificate.valid_to} />
        </Fact>
      </Facts>
      {needsCsr && (
        <>
          <Notice title="The key of this certificate is not here.">
            Make a new key where it is used, and bring its signing request.
          </Notice>
          <CsrInput value={csr} error={wrong("csr")} onChange={setCsr} />
        </>
      )}
      <TextField
        label="Valid for days"
        optional
        inputMode="numeric"
        hint="Empty: as long as this one."
        value={days}
        error={wrong("validity_days")}
        onChange={(event) => setDays(event.target.value)}
      />
    </Dialog>
  );
}
