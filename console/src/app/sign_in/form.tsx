import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { loginOptionsQuery } from "~/api/me";
import { ApiError } from "~/api/problem";
import { Button } from "~/design/button";
import { TextField } from "~/design/field";
import { ProblemNotice } from "~/design/notice";
import { useSignIn } from "./sign_in";

type SecondFactor = "none" | "totp" | "recovery";

/** Whether the password was right and only the second factor is missing or wrong. */
function asksForCode(error: unknown): boolean {
  return error instanceof ApiError && error.status === 422 && "/totp_code" in error.fieldErrors();
}

export function SignInForm({ email: known, onSuccess }: { email?: string; onSuccess?: () => void }) {
  const [email, setEmail] = useState(known ?? "");
  const [password, setPassword] = useState("");
  const [factor, setFactor] = useState<SecondFactor>("none");
  const [code, setCode] = useState("");
  const options = useQuery(loginOptionsQuery);
  const signIn = useSignIn(onSuccess);
  const wantsCode = factor !== "none" || asksForCode(signIn.error);
  const recovery = factor === "recovery";
  const codeWasSent =
    wantsCode && signIn.variables && ("totp_code" in signIn.variables || "recovery_code" in signIn.variables);

  const submit = () =>
    signIn.mutate(
      { email, password, ...(wantsCode && code ? { [recovery ? "recovery_code" : "totp_code"]: code } : {}) },
      { onError: (error) => asksForCode(error) && factor === "none" && setFactor("totp") },
    );
  const error = asksForCode(signIn.error) && !codeWasSent ? null : signIn.error;
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
      noValidate
    >
      <ProblemNotice
        error={error}
        title={error instanceof ApiError && error.status === 401 ? "Not signed in" : undefined}
      />
      {!wantsCode && (
        <>
          <TextField
            label="E-mail"
            type="email"
            name="email"
            autoComplete="username"
            required
            value={email}
            autoFocus={!known}
            onChange={(event) => setEmail(event.target.value)}
          />
          <TextField
            label="Password"
            type="password"
            name="password"
            autoComplete="current-password"
            required
            value={password}
            data-autofocus={known ? true : undefined}
            onChange={(event) => setPassword(event.target.value)}
          />
        </>
      )}
      {wantsCode && (
        <TextField
          key={factor}
          label={recovery ? "Recovery code" : "Code of your authenticator app"}
          hint={recovery ? "Each of the ten codes is good once." : "Six digits; a new one every 30 seconds."}
          inputMode={recovery ? "text" : "numeric"}
          autoComplete="one-time-code"
          mono
          autoFocus
          value={code}
          onChange={(event) => setCode(event.target.value.trim())}
        />
      )}
      <Button type="submit" look="primary" busy={signIn.isPending}>
        Sign in
      </Button>
      {wantsCode && (
        <Button
          look="quiet"
          onClick={() => {
            setCode("");
            setFactor(recovery ? "totp" : "recovery");
          }}
        >
          {recovery ? "Use the authenticator app" : "Use a recovery code"}
        </Button>
      )}
      {!wantsCode && options.data?.openid_connect && (
        <a
          className="button button-wide"
          href={`/oidc/login?return_to=${encodeURIComponent(window.location.pathname + window.location.search)}`}
        >
          Sign in with your organization
        </a>
      )}
    </form>
  );
}
