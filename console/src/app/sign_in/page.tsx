import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useEffect } from "react";
import { loginOptionsQuery } from "~/api/me";
import { Seal } from "~/design/brand";
import { ProblemNotice } from "~/design/notice";
import { ConnectionBanner } from "../shell/connection_banner";
import { SignInForm } from "./form";

const FirstAdministrator = lazy(() => import("../setup/first_administrator"));

/** Where nobody is signed in: the form, or, on a server that nobody has an account at, the first step of set-up. */
export function SignInPage() {
  const options = useQuery(loginOptionsQuery);
  useEffect(() => {
    document.title = "Sign in · Chancery";
  }, []);
  if (options.data?.setup_required) {
    return (
      <Suspense fallback={null}>
        <FirstAdministrator />
      </Suspense>
    );
  }
  return (
    <>
      <ConnectionBanner />
      <main className="gate">
        <div className="gate-card">
          <div className="gate-brand">
            <Seal />
            <h1>Sign in to Chancery</h1>
          </div>
          <ProblemNotice error={options.error} />
          <div className="panel">
            <div className="panel-body">
              <SignInForm />
            </div>
          </div>
        </div>
      </main>
    </>
  );
}
