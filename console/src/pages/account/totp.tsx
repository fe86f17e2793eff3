import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, body } from "~/api/client";
import { ApiError } from "~/api/problem";
import { Status } from "~/design/badge";
import { Button } from "~/design/button";
import { CopyBlock } from "~/design/copy";
import { Dialog } from "~/design/dialog";
import { TextField } from "~/design/field";
import { Notice, ProblemNotice } from "~/design/notice";
import { Fact, Facts, Loading, Panel } from "~/design/surfaces";
import { plural, Time } from "~/design/time";
import { toast } from "~/design/toast";

const groups = (text: string) => text.replace(/(.{4})/g, "$1 ").trim();

/** The secret, then a code that proves it was taken over, then the recovery codes; each is shown once. */
function StartDialog({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const [code, setCode] = useState("");
  const start = useQuery({
    queryKey: ["totp-secret"],
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    retry: false,
    refetchOnWindowFocus: false,
    queryFn: () => body(api.POST("/api/v1/me/totp", { body: {} })),
  });
  const confirm = useMutation({
    mutationFn: () => body(api.POST("/api/v1/me/totp/confirmation", { body: { code } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ["totp"] }),
  });
  const error = confirm.error instanceof ApiError ? confirm.error.fieldErrors()["/code"] : undefined;
  const codes = confirm.data?.recovery_codes;
  return (
    <Dialog
      title="Set up a second factor"
      onClose={onClose}
      onSubmit={codes ? onClose : () => confirm.mutate()}
      footer={
        codes ? (
          <Button type="submit" look="primary">
            I have saved them
          </Button>
        ) : (
          <>
            <Button onClick={onClose}>Cancel</Button>
            <Button type="submit" look="primary" busy={confirm.isPending} disabled={code.length !== 6}>
              Confirm
            </Button>
          </>
        )
      }
    >
      <ProblemNotice error={start.error} />
      {start.isPending && <Loading />}
      {codes ? (
        <>
          <Notice tone="good" title="The second factor is in force.">
            From now on a sign-in with your password needs a code.
          </Notice>
          <div className="field">
            <span className="field-label">Recovery codes, each good once, shown once</span>
            <CopyBlock text={codes.join("\n")} label="recovery codes" />
          </div>
        </>
      ) : (
        start.data && (
          <>
            <p>Put this secret into your authenticator app, then type the code that it shows.</p>
            <div className="field">
              <span className="field-label">Secret</span>
              <CopyBlock text={groups(start.data.secret)} label="secret" wrap />
            </div>
            <p>
              <a href={start.data.otpauth_uri}>Open it in an app on this device</a>
            </p>
            {!error && <ProblemNotice error={confirm.error} />}
            <TextField
              label="Code"
              mono
              inputMode="numeric"
              autoComplete="one-time-code"
              data-autofocus
              value={code}
              error={error}
              onChange={(event) => setCode(event.target.value.replace(/\D/g, "").slice(0, 6))}
            />
          </>
        )
      )}
    </Dialog>
  );
}

function RemoveDialog({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const [code, setCode] = useState("");
  const remove = useMutation({
    mutationFn: () =>
      api.POST("/api/v1/me/totp/removal", { body: code.length === 6 ? { totp_code: code } : { recovery_code: code } }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["totp"] });
      toast("The second factor is removed.");
      onClose();
    },
  });
  return (
    <Dialog
      title="Remove the second factor"
      onClose={onClose}
      onSubmit={() => remove.mutate()}
      footer={
        <>
          <Button onClick={onClose} data-autofocus>
            Cancel
          </Button>
          <Button type="submit" look="danger-solid" busy={remove.isPending} disabled={!code}>
            Remove
          </Button>
        </>
      }
    >
      <ProblemNotice error={remove.error} />
      <TextField
        label="A code of the app, or a recovery code"
        mono
        autoComplete="one-time-code"
        value={code}
        onChange={(event) => setCode(event.target.value.trim())}
      />
    </Dialog>
  );
}

export function TotpPanel() {
  const [open, setOpen] = useState<"start" | "remove">();
  const state = useQuery({ queryKey: ["totp"], queryFn: () => body(api.GET("/api/v1/me/totp")) });
  const enabled = state.data?.enabled;
  return (
    <Panel
      title="Second factor"
      lead="A code of an authenticator app beside the password."
      actions={
        state.data && (
          <Button small look={enabled ? "danger" : "plain"} onClick={() => setOpen(enabled ? "remove" : "start")}>
            {enabled ? "Remove" : "Set up"}
          </Button>
        )
      }
    >
      <ProblemNotice error={state.error} />
      {state.data && (
        <Facts>
          <Fact name="State">
            <Status state={enabled ? "enabled" : "disabled"} />
          </Fact>
          <Fact name="Since">{state.data.enabled_at && <Time at={state.data.enabled_at} />}</Fact>
          <Fact name="Recovery codes">{enabled && `${plural(state.data.recovery_codes_left, "code")} left`}</Fact>
        </Facts>
      )}
      {open === "start" && <StartDialog onClose={() => setOpen(undefined)} />}
      {open === "remove" && <RemoveDialog onClose={() => setOpen(undefined)} />}
    </Panel>
  );
}
