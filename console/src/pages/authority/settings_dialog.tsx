import { errorUnder, kMergePatch, useChanges } from "~/api/changes";
import { api, body, tagged } from "~/api/client";
import type { Schema } from "~/api/types";
import { Button } from "~/design/button";
import { ChangeProblem } from "~/design/change_problem";
import { Dialog } from "~/design/dialog";
import { CheckField, TextField } from "~/design/field";
import { LinesField } from "~/design/lines";
import { ProblemNotice } from "~/design/notice";
import { Loading } from "~/design/surfaces";
import { toast } from "~/design/toast";

const kLists = [
  ["crl_urls", "Where CRLs are"],
  ["aia_urls", "Where its certificate is"],
  ["ocsp_urls", "OCSP responders"],
] as const;

/** What goes into the certificates that the CA signs from now on. */
export function SettingsDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const edit = useChanges<Schema<"Authority">, Schema<"AuthorityPatch">>({
    queryKey: ["certificate-authorities", id],
    load: () => tagged(api.GET("/api/v1/certificate-authorities/{id}", { params: { path: { id } } })),
    save: (changes, etag) =>
      body(
        api.PATCH("/api/v1/certificate-authorities/{id}", {
          params: { path: { id }, header: { "If-Match": etag } },
          headers: kMergePatch,
          body: changes,
        }),
      ),
    onSaved: () => {
      toast("The CA is changed.");
      onClose();
    },
  });
  const { value, errors } = edit;
  return (
    <Dialog
      title="Edit the CA"
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
      <ChangeProblem error={edit.error} shown={Object.keys(errors)} onReload={edit.reload} />
      <ProblemNotice error={edit.loadError} />
      {!value && !edit.loadError && <Loading />}
      {value && (
        <>
          <TextField
            label="Name"
            hint="As it is called here. Its subject stays as it is."
            data-autofocus
            value={value.name}
            error={errors["/name"]}
            onChange={(event) => edit.set("name", event.target.value)}
          />
          <CheckField
            label="Certificates name an OCSP responder"
            hint="This server's responder answers in any case, for those that name it already."
            checked={value.ocsp}
            onChange={(event) => edit.set("ocsp", event.target.checked)}
          />
          <TextField
            label="CRLs"
            hint="Among how many the certificates are divided that are issued from now on; 1 to 256."
            inputMode="numeric"
            value={Number.isNaN(value.crl_shards) ? "" : value.crl_shards}
            error={errors["/crl_shards"]}
            onChange={(event) => edit.set("crl_shards", Number.parseInt(event.target.value, 10))}
          />
          {kLists.map(([name, label]) => (
            <LinesField
              key={name}
              label={label}
              optional
              hint="URLs, one a line; empty means this server."
              value={value[name]}
              error={errorUnder(errors, `/${name}`)}
              onChange={(urls) => edit.set(name, urls)}
            />
          ))}
        </>
      )}
    </Dialog>
  );
}
