import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { adoptSession, api, body } from "~/api/client";
import { ApiError } from "~/api/problem";
import { Button } from "~/design/button";
import { TextField } from "~/design/field";
import { ProblemNotice } from "~/design/notice";
import { Panel } from "~/design/surfaces";
import { toast } from "~/design/toast";

const kNone = { current_password: "", new_password: "" };

export function PasswordPanel() {
  const client = useQueryClient();
  const [form, setForm] = useState(kNone);
  const change = useMutation({
    mutationFn: () => body(api.POST("/api/v1/me/password", { body: form })),
    onSuccess: async (changed) => {
      // The session goes on under another cookie and token.
      if (changed.csrf_token) adoptSession(changed.csrf_token);
      setForm(kNone);
      await client.invalidateQueries({ queryKey: ["sessions"] });
      toast("The password is changed; all your other sessions have ended.");
    },
  });
  const errors = change.error instanceof ApiError ? change.error.fieldErrors() : {};
  const set = (name: keyof typeof form) => ({
    value: form[name],
    error: errors[`/${name}`] ?? (name === "new_password" ? errors["/password"] : undefined),
    onChange: (event: { target: { value: string } }) => setForm({ ...form, [name]: event.target.value }),
  });
  return (
    <Panel title="Password">
      <form
        className="stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate();
        }}
      >
        {Object.keys(errors).length === 0 && <ProblemNotice error={change.error} />}
        <div className="form-grid">
          <TextField
            label="Current password"
            type="password"
            autoComplete="current-password"
            {...set("current_password")}
          />
          <TextField
            label="New password"
            type="password"
            autoComplete="new-password"
            hint="Twelve characters or more."
            {...set("new_password")}
          />
        </div>
        <div className="row">
          <Button type="submit" busy={change.isPending} disabled={!form.current_password || !form.new_password}>
            Change the password
          </Button>
        </div>
      </form>
    </Panel>
  );
}
