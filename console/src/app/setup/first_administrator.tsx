import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useState } from "react";
import { api, body } from "~/api/client";
import { loginOptionsQuery } from "~/api/me";
import { ApiError } from "~/api/problem";
import { Seal } from "~/design/brand";
import { Button } from "~/design/button";
import { TextField } from "~/design/field";
import { ProblemNotice } from "~/design/notice";
import { useSignIn } from "../sign_in/sign_in";

const kPointers = ["/code", "/email", "/name", "/password"];

/** First start: whoever can read the server's terminal makes the first account, and is signed in with it. */
export default function FirstAdministrator() {
  const client = useQueryClient();
  const router = useRouter();
  const [form, setForm] = useState({ code: "", name: "", email: "", password: "" });
  const signIn = useSignIn(() => void router.navigate({ to: "/setup" }));
  const create = useMutation({
    mutationFn: () => body(api.POST("/api/v1/first-administrator", { body: form })),
    onSuccess: () => signIn.mutate({ email: form.email, password: form.password }),
    onError: () => client.invalidateQueries({ queryKey: loginOptionsQuery.queryKey }),
  });
  const errors = create.error instanceof ApiError ? create.error.fieldErrors() : {};
  const set = (member: keyof typeof form) => ({
    value: form[member],
    error: errors[`/${member}`],
    onChange: (event: { target: { value: string } }) => setForm({ ...form, [member]: event.target.value }),
  });
  const onlyFields = kPointers.some((pointer) => pointer in errors);
  return (
    <main className="gate">
      <div className="gate-card">
        <div className="gate-brand">
          <Seal />
          <h1>Welcome to Chancery</h1>
          <p>There is no administrator here yet. Make the first one; the domains, the CA and ACME come next.</p>
        </div>
        <div className="panel">
          <form
            className="panel-body stack"
            noValidate
            onSubmit={(event) => {
              event.preventDefault();
              create.mutate();
            }}
          >
            {!onlyFields && <ProblemNotice error={create.error} shown={kPointers} />}
            <ProblemNotice error={signIn.error} />
            <TextField
              label="Set-up code"
              mono
              autoFocus
              autoComplete="off"
              spellCheck={false}
              placeholder="XXXX-XXXX-XXXX-XXXX"
              hint="The server printed it on its terminal when it started."
              {...set("code")}
            />
            <TextField label="Your name" autoComplete="name" {...set("name")} />
            <TextField label="E-mail" type="email" autoComplete="username" {...set("email")} />
            <TextField
              label="Password"
              type="password"
              autoComplete="new-password"
              hint="Twelve characters or more."
              {...set("password")}
            />
            <Button type="submit" look="primary" busy={create.isPending || signIn.isPending}>
              Create the administrator
            </Button>
          </form>
        </div>
      </div>
    </main>
  );
}
