import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { errorUnder, kMergePatch, listOf, useChanges } from "~/api/changes";
import { api, tagged } from "~/api/client";
import type { Schema } from "~/api/types";
import { Button } from "~/design/button";
import { ChangeProblem } from "~/design/change_problem";
import { Dialog } from "~/design/dialog";
import { TextField } from "~/design/field";
import { ProblemNotice } from "~/design/notice";
import { Loading } from "~/design/surfaces";
import { toast } from "~/design/toast";
import { type Certificate, certificateQuery } from "./data";

/** Tags and owner, changed only if nobody else has changed them since they were read. */
export function EditDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const client = useQueryClient();
  // As it is typed: a comma at the end is not a tag yet.
  const [tags, setTags] = useState<string>();
  const edit = useChanges<Certificate, Schema<"CertificatePatch">>({
    queryKey: ["certificates", id],
    load: () => tagged(api.GET("/api/v1/certificates/{id}", { params: { path: { id } } })),
    save: async (changes, etag) => {
      const changed = await tagged(
        api.PATCH("/api/v1/certificates/{id}", {
          params: { path: { id }, header: { "If-Match": etag } },
          headers: kMergePatch,
          body: changes,
        }),
      );
      client.setQueryData(certificateQuery(id).queryKey, changed);
      await client.invalidateQueries({ queryKey: ["tags"] });
    },
    onSaved: () => {
      toast("Tags and owner are saved.");
      onClose();
    },
  });
  const { value, errors } = edit;
  const shown = Object.keys(errors).filter((pointer) => /^\/(tags|owner)/.test(pointer));
  return (
    <Dialog
      title="Tags and owner"
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
      <ChangeProblem error={edit.error} shown={shown} onReload={edit.reload} />
      <ProblemNotice error={edit.loadError} />
      {!value && !edit.loadError && <Loading />}
      {value && (
        <>
          <TextField
            label="Tags"
            optional
            hint="Separated by commas."
            data-autofocus
            value={tags ?? value.tags.join(", ")}
            error={errorUnder(errors, "/tags")}
            onChange={(event) => {
              setTags(event.target.value);
              edit.set("tags", listOf(event.target.value));
            }}
          />
          <TextField
            label="Owner"
            optional
            hint="A group or team, by name."
            value={value.owner?.type === "group" ? value.owner.name : ""}
            error={errorUnder(errors, "/owner")}
            onChange={(event) => {
              const name = event.target.value;
              edit.set("owner", name ? { type: "group", name } : null);
            }}
          />
        </>
      )}
    </Dialog>
  );
}
