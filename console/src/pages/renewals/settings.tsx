import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { kMergePatch, useChanges } from "~/api/changes";
import { api, body, tagged } from "~/api/client";
import { useRight } from "~/api/me";
import type { Schema } from "~/api/types";
import { Status } from "~/design/badge";
import { Button } from "~/design/button";
import { ChangeProblem } from "~/design/change_problem";
import { Dialog } from "~/design/dialog";
import { CheckField, TextField } from "~/design/field";
import { ProblemNotice } from "~/design/notice";
import { Fact, Facts, Loading, Panel } from "~/design/surfaces";
import { plural } from "~/design/time";
import { toast } from "~/design/toast";

type Settings = Schema<"RenewalSettings">;

function SettingsDialog({ onClose }: { onClose: () => void }) {
  const edit = useChanges<Settings, Schema<"RenewalSettingsPatch">>({
    queryKey: ["renewal-settings"],
    load: () => tagged(api.GET("/api/v1/renewal-settings")),
    save: (changes, etag) =>
      body(
        api.PATCH("/api/v1/renewal-settings", {
          params: { header: { "If-Match": etag } },
          headers: kMergePatch,
          body: changes,
        }),
      ),
    onSaved: () => {
      toast("The settings are changed.");
      onClose();
    },
  });
  const { value, errors } = edit;
  const number = (name: "threshold_days" | "lifetime_percent") => ({
    inputMode: "numeric" as const,
    value: Number.isNaN(value?.[name]) ? "" : (value?.[name] ?? ""),
    error: errors[`/${name}`],
    onChange: (event: { target: { value: string } }) => edit.set(name, Number.parseInt(event.target.value, 10)),
  });
  return (
    <Dialog
      title="Renewal of all certificates"
      onClose={onClose}
      onSubmit={edit.save}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" busy={edit.saving} disabled={!edit.changed}>
            Save
          </Button>
        </>
      }
    >
      <ChangeProblem error={edit.error} shown={["/threshold_days", "/lifetime_percent"]} onReload={edit.reload} />
      <ProblemNotice error={edit.loadError} />
      {!value && !edit.loadError && <Loading />}
      {value && (
        <>
          <CheckField
            label="Renew by itself"
            hint="Certificates whose key is held here. A certificate can have settings of its own."
            data-autofocus
            checked={value.automatic}
            onChange={(event) => edit.set("automatic", event.target.checked)}
          />
          <TextField label="Days before the end" hint="1 to 365." {...number("threshold_days")} />
          <TextField
            label="Or when so much of the lifetime is left, in percent"
            hint="Where that is later: for short-lived certificates. 1 to 90."
            {...number("lifetime_percent")}
          />
        </>
      )}
    </Dialog>
  );
}

export function useRenewalSettings() {
  return useQuery({ queryKey: ["renewal-settings"], queryFn: () => body(api.GET("/api/v1/renewal-settings")) });
}

export function SettingsPanel() {
  const mayManage = useRight("ManageRenewalSettings");
  const [editing, setEditing] = useState(false);
  const settings = useRenewalSettings();
  return (
    <Panel
      title="Automatic renewal"
      lead="For every certificate without settings of its own."
      actions={
        mayManage && (
          <Button small icon="edit" onClick={() => setEditing(true)}>
            Change
          </Button>
        )
      }
    >
      <ProblemNotice error={settings.error} onRetry={() => settings.refetch()} />
      {settings.isPending && <Loading rows={3} />}
      {settings.data && (
        <Facts>
          <Fact name="State">
            <Status state={settings.data.automatic ? "enabled" : "disabled"} />
          </Fact>
          <Fact name="When">{plural(settings.data.threshold_days, "day")} before the end</Fact>
          <Fact name="Short-lived">When {settings.data.lifetime_percent} % of the lifetime is left</Fact>
        </Facts>
      )}
      {editing && <SettingsDialog onClose={() => setEditing(false)} />}
    </Panel>
  );
}
