import { kMergePatch, useChanges } from "~/api/changes";
import { api, body, tagged } from "~/api/client";
import type { Schema } from "~/api/types";
import { Button } from "~/design/button";
import { ChangeProblem } from "~/design/change_problem";
import { Dialog } from "~/design/dialog";
import { Notice, ProblemNotice } from "~/design/notice";
import { toast } from "~/design/toast";

export function RetireDialog({ authority, onClose }: { authority: Schema<"Authority">; onClose: () => void }) {
  const { id } = authority;
  const edit = useChanges<Schema<"Authority">, Schema<"AuthorityPatch">>({
    queryKey: ["certificate-authorities", id, "retire"],
    load: () => tagged(api.GET("/api/v1/certificate-authorities/{id}", { params: { path: { id } } })),
    save: (_, etag) =>
      body(
        api.PATCH("/api/v1/certificate-authorities/{id}", {
          params: { path: { id }, header: { "If-Match": etag } },
          headers: kMergePatch,
          body: { retired: true },
        }),
      ),
    onSaved: () => {
      toast(`${authority.name} is retired.`);
      onClose();
    },
  });
  return (
    <Dialog
      title={`Retire ${authority.name}`}
      onClose={onClose}
      onSubmit={edit.save}
      footer={
        <>
          <Button onClick={onClose} data-autofocus>
            Cancel
          </Button>
          <Button type="submit" look="danger-solid" busy={edit.saving} disabled={!edit.value}>
            Retire for good
          </Button>
        </>
      }
    >
      <ChangeProblem error={edit.error} onReload={edit.reload} />
      <ProblemNotice error={edit.loadError} />
      <p>
        It signs nothing new from now on. What it has signed stays valid, its CRLs and its OCSP answers go on, and its
        certificates can still be revoked.
      </p>
      <Notice tone="warn">
        This cannot be taken back. Orders and ACME servers that name this CA fail until they name another.
      </Notice>
    </Dialog>
  );
}
