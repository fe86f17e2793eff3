import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api, body } from "~/api/client";
import { useIdempotencyKey } from "~/api/idempotency";
import { ApiError } from "~/api/problem";
import type { Schema } from "~/api/types";
import { Button } from "~/design/button";
import { Dialog } from "~/design/dialog";
import { Choice, Choices, TextField } from "~/design/field";
import { ProblemNotice } from "~/design/notice";

type Write = Schema<"PolicyReplayWrite">;

/** Over what the policy is run. A stored policy goes to the replay's page; a draft stays where it is written. */
export function StartReplayDialog({
  subject,
  onStarted,
  onClose,
}: {
  subject: Pick<Write, "policy" | "policy_id">;
  onStarted?: (id: string) => void;
  onClose: () => void;
}) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const keyFor = useIdempotencyKey();
  const [certificates, setCertificates] = useState<NonNullable<Write["certificates"]>>("active");
  const [days, setDays] = useState("30");
  const start = useMutation({
    mutationFn: () => {
      const wanted: Write = { ...subject, certificates, order_days: Number(days || 0) };
      const header = { "Idempotency-Key": keyFor(wanted) };
      return body(api.POST("/api/v1/policy-replays", { params: { header }, body: wanted }));
    },
    onSuccess: (replay) => {
      client.setQueryData(["policy-replays", "one", replay.id], replay);
      void client.invalidateQueries({ queryKey: ["policy-replays", "list"] });
      if (onStarted) onStarted(replay.id);
      else void navigate({ to: "/policy-replays/$id", params: { id: replay.id } });
    },
  });
  const errors = start.error instanceof ApiError ? start.error.fieldErrors() : {};
  return (
    <Dialog
      title="Replay the policy"
      onClose={onClose}
      onSubmit={() => start.mutate()}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            type="submit"
            look="primary"
            icon="play"
            busy={start.isPending}
            disabled={certificates === "none" && !Number(days)}
          >
            Start
          </Button>
        </>
      }
    >
      <ProblemNotice error={start.error} shown={["/order_days", "/certificates"]} />
      <p className="secondary">
        It says what the policy would have blocked or warned about, had it been in force. Nothing is changed by it.
      </p>
      <Choices
        label="Certificates"
        value={certificates}
        onChange={(value) => setCertificates(value as typeof certificates)}
      >
        <Choice value="active" label="Those in use" />
        <Choice value="all" label="All, the expired and revoked ones too" />
        <Choice value="none" label="None, orders only" />
      </Choices>
      <TextField
        label="Orders of the last days"
        inputMode="numeric"
        hint="0 for none, 3660 at most."
        value={days}
        error={errors["/order_days"]}
        onChange={(event) => setDays(event.target.value)}
      />
    </Dialog>
  );
}
