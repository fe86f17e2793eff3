import "~/pages/policies/policies.css";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { kMergePatch } from "~/api/changes";
import { api, body, tagged } from "~/api/client";
import { useIdempotencyKey } from "~/api/idempotency";
import { useRight } from "~/api/me";
import { ApiError } from "~/api/problem";
import type { Schema } from "~/api/types";
import { Forbidden, PageFailed } from "~/app/errors";
import { Button, LinkButton } from "~/design/button";
import { ChangeProblem } from "~/design/change_problem";
import { Back, Loading, Page } from "~/design/surfaces";
import { toast } from "~/design/toast";
import { written } from "~/pages/policies/data";
import { DraftReplay } from "./draft_replay";
import { type Draft, PolicyForm } from "./form";

const kNew: Draft = {
  name: "",
  description: "",
  enabled: true,
  patterns: [],
  actions: ["certificate.generate", "certificate.renew"],
  rules: [],
};

const kFieldPointer = /^\/(name|description|patterns|actions|rules)/;

/** Only the members that are different: what somebody else changed beside them stays. */
function changesOf(before: Draft, after: Draft): Schema<"PolicyPatch"> {
  const names = Object.keys(after) as (keyof Draft)[];
  return Object.fromEntries(
    names
      .filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
      .map((name) => [name, after[name]]),
  );
}

function Editor({
  id,
  base,
  etag,
  onReload,
}: {
  id?: string;
  base: Draft;
  etag: string;
  onReload: () => Promise<unknown>;
}) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const keyFor = useIdempotencyKey();
  const mayReplay = useRight("ReplayPolicies");
  const [changes, setChanges] = useState<Schema<"PolicyPatch">>({});
  const [broken, setBroken] = useState(false);
  const draft = { ...base, ...changes } as Draft;
  const changed = Object.keys(changes).length > 0;
  const save = useMutation({
    mutationFn: () =>
      id
        ? body(
            api.PATCH("/api/v1/policies/{id}", {
              params: { path: { id }, header: { "If-Match": etag } },
              headers: kMergePatch,
              body: changes,
            }),
          )
        : body(api.POST("/api/v1/policies", { params: { header: { "Idempotency-Key": keyFor(draft) } }, body: draft })),
    onSuccess: (policy) => {
      toast(id ? `${policy.name} is saved as version ${policy.version}.` : `${policy.name} is made.`);
      void client.invalidateQueries({ queryKey: ["policies"] });
      void navigate({ to: "/policies/$id", params: { id: policy.id } });
    },
  });
  const errors = save.error instanceof ApiError ? save.error.fieldErrors() : {};
  return (
    // No form: the dialog of the replay is one, and stands in it.
    <div className="stack stack-l">
      <ChangeProblem
        error={save.error}
        shown={Object.keys(errors).filter((pointer) => kFieldPointer.test(pointer))}
        onReload={async () => {
          await onReload();
          save.reset();
        }}
      />
      <div className="columns-detail">
        <PolicyForm
          draft={draft}
          errors={errors}
          onChange={(next) => setChanges(changesOf(base, next))}
          onBroken={setBroken}
        />
        {mayReplay && <DraftReplay draft={draft} disabled={broken || draft.patterns.length === 0 || !draft.name} />}
      </div>
      <div className="row">
        <Button
          look="primary"
          busy={save.isPending}
          onClick={() => save.mutate()}
          disabled={broken || !draft.name.trim() || (Boolean(id) && !changed)}
        >
          {id ? "Save a new version" : "Make the policy"}
        </Button>
        {id ? (
          <LinkButton to="/policies/$id" params={{ id }}>
            Cancel
          </LinkButton>
        ) : (
          <LinkButton to="/policies">Cancel</LinkButton>
        )}
      </div>
    </div>
  );
}

export default function PolicyEditPage() {
  const { id } = useParams({ strict: false });
  const mayManage = useRight("ManagePolicies");
  const loaded = useQuery({
    queryKey: ["changes", "policies", id],
    enabled: Boolean(id) && mayManage,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
    queryFn: () => tagged(api.GET("/api/v1/policies/{id}", { params: { path: { id: id ?? "" } } })),
  });
  if (!mayManage) return <Forbidden right="ManagePolicies" />;
  if (loaded.error && !loaded.data) return <PageFailed error={loaded.error} reset={() => loaded.refetch()} />;
  const policy = loaded.data?.value;
  return (
    <Page
      title={id ? `Edit ${policy?.name ?? "the policy"}` : "New policy"}
      above={
        id ? (
          <Back to="/policies/$id" params={{ id }}>
            {policy?.name ?? "Policy"}
          </Back>
        ) : (
          <Back to="/policies">Policies</Back>
        )
      }
    >
      {id && !policy ? (
        <Loading rows={8} />
      ) : (
        <Editor
          id={id}
          base={policy ? written(policy) : kNew}
          etag={loaded.data?.etag ?? ""}
          onReload={() => loaded.refetch()}
        />
      )}
    </Page>
  );
}
