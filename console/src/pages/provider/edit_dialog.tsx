import { kMergePatch, useChanges } from "~/api/changes";
import { api, body, tagged } from "~/api/client";
import type { Schema } from "~/api/types";
import { Button } from "~/design/button";
import { ChangeProblem } from "~/design/change_problem";
import { Dialog } from "~/design/dialog";
import { TextField } from "~/design/field";
import { ProblemNotice } from "~/design/notice";
import { Loading } from "~/design/surfaces";
import { toast } from "~/design/toast";
import { ConfigurationForm } from "~/pages/providers/configuration_form";
import { type Configuration, kFields } from "~/pages/providers/fields";

type Provider = Schema<"Provider">;

export function EditProviderDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const edit = useChanges<Provider, Schema<"ProviderPatch">>({
    queryKey: ["providers", id],
    load: () => tagged(api.GET("/api/v1/providers/{id}", { params: { path: { id } } })),
    save: (changes, etag) =>
      body(
        api.PATCH("/api/v1/providers/{id}", {
          params: { path: { id }, header: { "If-Match": etag } },
          headers: kMergePatch,
          body: changes,
        }),
      ),
    onSaved: () => {
      toast("The provider is changed.");
      onClose();
    },
  });
  const { value, errors } = edit;
  // Only the members that were touched: the patch merges inside the configuration, too.
  const touched = (edit.changes.configuration ?? {}) as Configuration;
  const stored = edit.base?.configuration as Configuration | undefined;
  return (
    <Dialog
      title="Edit the provider"
      wide
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
      <ChangeProblem
        error={edit.error}
        shown={value && ["/name", ...kFields[value.kind].map((field) => `/configuration/${field.name}`)]}
        onReload={edit.reload}
      />
      <ProblemNotice error={edit.loadError} />
      {!value && !edit.loadError && <Loading />}
      {value && stored && (
        <>
          <TextField
            label="Name"
            data-autofocus
            value={value.name}
            error={errors["/name"]}
            onChange={(event) => edit.set("name", event.target.value)}
          />
          <ConfigurationForm
            kind={value.kind}
            configuration={{ ...stored, ...touched }}
            stored={stored}
            errors={errors}
            onChange={(member, written) =>
              edit.set("configuration", { ...touched, [member]: written } as Provider["configuration"])
            }
          />
        </>
      )}
    </Dialog>
  );
}
