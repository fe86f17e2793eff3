import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, type Tagged, tagged } from "~/api/client";
import { ApiError } from "~/api/problem";
import { Button } from "~/design/button";
import { Dialog } from "~/design/dialog";
import { TextField } from "~/design/field";
import { ProblemNotice } from "~/design/notice";
import { toast } from "~/design/toast";
import { type Certificate, certificateQuery } from "./data";

const words = (text: string) =>
  text
    .split(",")
    .map((word) => word.trim())
    .filter(Boolean);

/** Tags and owner, changed only if nobody else has changed them since they were read. */
export function EditDialog({ certificate, onClose }: { certificate: Tagged<Certificate>; onClose: () => void }) {
  const client = useQueryClient();
  const { value, etag } = certificate;
  const [tags, setTags] = useState(value.tags.join(", "));
  const [group, setGroup] = useState(value.owner?.type === "group" ? value.owner.name : "");
  const save = useMutation({
    mutationFn: () =>
      tagged(
        api.PATCH("/api/v1/certificates/{id}", {
          params: { path: { id: value.id }, header: { "If-Match": etag } },
          headers: { "Content-Type": "application/merge-patch+json" },
          body: {
            tags: words(tags),
            ...(value.owner?.type === "user" && !group ? {} : { owner: group ? { type: "group", name: group } : null }),
          },
        }),
      ),
    onSuccess: async (changed) => {
      client.setQueryData(certificateQuery(value.id).queryKey, changed);
      await client.invalidateQueries({ queryKey: ["certificates", "list"] });
      await client.invalidateQueries({ queryKey: ["tags"] });
      toast("Tags and owner are saved.");
      onClose();
    },
    onError: (error) => {
      if (error instanceof ApiError && error.status === 412)
        void client.invalidateQueries({ queryKey: ["certificates"] });
    },
  });
  const errors = save.error instanceof ApiError ? save.error.fieldErrors() : {};
  const ofField = (name: string) => Object.entries(errors).find(([pointer]) => pointer.startsWith(name))?.[1];
  const shown = Object.keys(errors).filter((pointer) => pointer.startsWith("/tags") || pointer.startsWith("/owner"));
  return (
    <Dialog
      title="Tags and owner"
      onClose={onClose}
      onSubmit={() => save.mutate()}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" busy={save.isPending}>
            Save
          </Button>
        </>
      }
    >
      {(shown.length === 0 || shown.length < Object.keys(errors).length) && (
        <ProblemNotice error={save.error} shown={shown} />
      )}
      <TextField
        label="Tags"
        optional
        hint="Separated by commas."
        data-autofocus
        value={tags}
        error={ofField("/tags")}
        onChange={(event) => setTags(event.target.value)}
      />
      <TextField
        label="Owner"
        optional
        hint="A group or team, by name."
        value={group}
        error={ofField("/owner")}
        onChange={(event) => setGroup(event.target.value)}
      />
    </Dialog>
  );
}
