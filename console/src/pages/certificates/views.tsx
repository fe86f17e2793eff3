import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, body, tagged } from "~/api/client";
import { useIdempotencyKey } from "~/api/idempotency";
import { allOf } from "~/api/lists";
import { useMe, useRight } from "~/api/me";
import { ApiError, messageOf } from "~/api/problem";
import type { Schema } from "~/api/types";
import { Button } from "~/design/button";
import { Dialog } from "~/design/dialog";
import { CheckField, TextField } from "~/design/field";
import { Menu, MenuItem } from "~/design/menu";
import { ProblemNotice } from "~/design/notice";
import { toast } from "~/design/toast";
import type { Condition } from "./filters";

type View = Schema<"SavedView">;

function SaveDialog({
  filter,
  sort,
  columns,
  onClose,
}: {
  filter: Condition | undefined;
  sort: string;
  columns: string[];
  onClose: () => void;
}) {
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [shared, setShared] = useState(false);
  const keyFor = useIdempotencyKey();
  const save = useMutation({
    mutationFn: () => {
      const view = { name, shared, filter: filter ?? null, sort, columns };
      const header = { "Idempotency-Key": keyFor(view) };
      return body(api.POST("/api/v1/saved-views", { params: { header }, body: view }));
    },
    onSuccess: async (view) => {
      await client.invalidateQueries({ queryKey: ["saved-views"] });
      toast(`The view “${view.name}” is saved.`);
      onClose();
    },
  });
  const errors = save.error instanceof ApiError ? save.error.fieldErrors() : {};
  return (
    <Dialog
      title="Save this view"
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
      {!errors["/name"] && <ProblemNotice error={save.error} />}
      <p className="secondary">The filters, the order and the columns. What is relative to now stays so.</p>
      <TextField
        label="Name"
        data-autofocus
        value={name}
        error={errors["/name"]}
        onChange={(event) => setName(event.target.value)}
      />
      <CheckField
        label="Show it to everybody"
        hint="Each person still sees only what they may see."
        checked={shared}
        onChange={(event) => setShared(event.target.checked)}
      />
    </Dialog>
  );
}

/** Saved views: choose, save what is in force, remove one's own. */
export function Views({
  filter,
  sort,
  columns,
  current,
  onChoose,
}: {
  filter: Condition | undefined;
  sort: string;
  columns: string[];
  current: string | undefined;
  onChoose: (view: View) => void;
}) {
  const me = useMe();
  const client = useQueryClient();
  const mayKeep = useRight("ManageOwnViews");
  const [saving, setSaving] = useState(false);
  const views = useQuery({
    queryKey: ["saved-views"],
    queryFn: () =>
      allOf((cursor) => body(api.GET("/api/v1/saved-views", { params: { query: { limit: 200, cursor } } }))),
  });
  const remove = useMutation({
    mutationFn: async (view: View) => {
      const { etag } = await tagged(api.GET("/api/v1/saved-views/{id}", { params: { path: { id: view.id } } }));
      await api.DELETE("/api/v1/saved-views/{id}", { params: { path: { id: view.id }, header: { "If-Match": etag } } });
      return view;
    },
    onSuccess: async (view) => {
      await client.invalidateQueries({ queryKey: ["saved-views"] });
      toast(`The view “${view.name}” is removed.`);
    },
    onError: (error) => toast(messageOf(error), true),
  });
  const chosen = views.data?.find((view) => view.id === current);
  return (
    <>
      <Menu label="Saved views" icon="bookmark" text={chosen?.name ?? "Views"} start>
        {views.data?.length === 0 && <div className="menu-heading">No view is saved yet.</div>}
        {views.data?.map((view) => (
          <MenuItem key={view.id} icon={view.shared ? "users" : "bookmark"} onSelect={() => onChoose(view)}>
            {view.name}
          </MenuItem>
        ))}
        {mayKeep && <hr />}
        {mayKeep && (
          <MenuItem icon="plus" onSelect={() => setSaving(true)}>
            Save this view
          </MenuItem>
        )}
        {mayKeep && chosen && chosen.owner_id === me.actor.id && (
          <MenuItem icon="trash" danger onSelect={() => remove.mutate(chosen)}>
            Remove “{chosen.name}”
          </MenuItem>
        )}
      </Menu>
      {saving && <SaveDialog filter={filter} sort={sort} columns={columns} onClose={() => setSaving(false)} />}
    </>
  );
}
