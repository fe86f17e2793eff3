import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api, body, newIdempotencyKey } from "~/api/client";
import { ApiError } from "~/api/problem";
import type { Schema } from "~/api/types";
import { Button } from "~/design/button";
import { Dialog } from "~/design/dialog";
import { SelectField, TextField } from "~/design/field";
import { Notice, ProblemNotice } from "~/design/notice";
import { Fact, Facts, Loading } from "~/design/surfaces";
import { toast } from "~/design/toast";
import { BlastRadius } from "./blast_radius";
import type { Certificate } from "./data";
import { kReasons } from "./reasons";

/** Seconds until a time; counts down. */
function useSecondsUntil(at: string | undefined) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return at ? Math.max(0, Math.round((new Date(at).getTime() - now) / 1000)) : undefined;
}

const isSpent = (error: unknown) => error instanceof ApiError && error.status === 410;

/** Revocation is for good: it takes a code of the server that is typed, and the button that is in reach is Cancel. */
export function RevokeDialog({ certificate, onClose }: { certificate: Certificate; onClose: () => void }) {
  const client = useQueryClient();
  const [code, setCode] = useState("");
  const [reason, setReason] = useState<Schema<"RevocationReason">>("unspecified");
  const [key] = useState(newIdempotencyKey);
  // A question that has an effect (it is recorded), so it is asked once for each opening and never again by itself.
  const challenge = useQuery({
    queryKey: ["revocation-challenge", certificate.id, key],
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    retry: false,
    refetchOnWindowFocus: false,
    queryFn: () =>
      body(
        api.POST("/api/v1/certificates/{id}/revocation-challenges", {
          params: { path: { id: certificate.id }, header: { "Idempotency-Key": newIdempotencyKey() } },
        }),
      ),
  });
  const left = useSecondsUntil(challenge.data?.expires_at);
  const revoke = useMutation({
    mutationFn: () =>
      body(
        api.POST("/api/v1/certificates/{id}/revocation", {
          params: { path: { id: certificate.id }, header: { "Idempotency-Key": newIdempotencyKey() } },
          body: { code, reason },
        }),
      ),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["certificates"] });
      toast(`${certificate.common_name} is revoked.`);
      onClose();
    },
  });
  const spent = left === 0 || isSpent(revoke.error);
  const again = () => {
    setCode("");
    revoke.reset();
    void challenge.refetch();
  };
  const shown = challenge.data?.code ?? "";
  const error = revoke.error instanceof ApiError ? revoke.error.fieldErrors()["/code"] : undefined;
  return (
    <Dialog
      title="Revoke Certificate"
      onClose={onClose}
      onSubmit={() => code.length === 6 && !spent && revoke.mutate()}
      footer={
        <>
          <Button onClick={onClose} data-autofocus>
            Cancel
          </Button>
          <Button
            type="submit"
            look="danger-solid"
            busy={revoke.isPending}
            disabled={code.length !== 6 || spent || !challenge.data}
          >
            Confirm Revoke
          </Button>
        </>
      }
    >
      <Facts>
        <Fact name="Common name">
          <strong>{certificate.common_name}</strong>
        </Fact>
        <Fact name="Certificate ID">
          <span className="mono">{certificate.id}</span>
        </Fact>
        <Fact name="Serial number">
          <span className="mono">{certificate.serial_number}</span>
        </Fact>
        <Fact name="SHA-256">
          <span className="mono">{certificate.fingerprint_sha256}</span>
        </Fact>
      </Facts>
      {challenge.data && <BlastRadius radius={challenge.data.blast_radius} />}
      <Notice tone="warn" title="This cannot be undone.">
        Clients that check the revocation status refuse this certificate as soon as it is revoked.
      </Notice>
      <ProblemNotice error={challenge.error} onRetry={again} />
      {!error && !spent && <ProblemNotice error={revoke.error} />}
      {challenge.isPending && <Loading rows={2} label="Asking for a code" />}
      {challenge.data && !spent && (
        <div className="code-row">
          <div>
            <div className="field-label">Code</div>
            <output className="big-code" aria-label={`The code is ${shown.split("").join(" ")}`}>
              {shown.slice(0, 3)} {shown.slice(3)}
            </output>
            <div className="field-hint numeric">Good for {left} s</div>
          </div>
          <div className="grow">
            <TextField
              label="Type the six digits"
              mono
              inputMode="numeric"
              autoComplete="off"
              value={code}
              error={error}
              onChange={(event) => setCode(event.target.value.replace(/\D/g, "").slice(0, 6))}
            />
          </div>
        </div>
      )}
      {spent && (
        <Notice tone="warn" title="This code is not good any more.">
          <div className="row">
            <Button small icon="renew" onClick={again} busy={challenge.isFetching}>
              Get another code
            </Button>
          </div>
        </Notice>
      )}
      <SelectField
        label="Reason"
        optional
        hint={reason === "keyCompromise" ? "The key is blocked as well: it is never certified here again." : undefined}
        value={reason}
        onChange={(event) => setReason(event.target.value as Schema<"RevocationReason">)}
      >
        {Object.entries(kReasons).map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </SelectField>
    </Dialog>
  );
}
