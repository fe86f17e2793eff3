import { useMe } from "~/api/me";
import { Dialog } from "~/design/dialog";
import { SignInForm } from "./form";

/** Over the page that one was at, so that what was typed there is not lost. */
export function SessionExpired() {
  const me = useMe();
  return (
    <Dialog title="Your session has ended" onClose={() => window.location.assign("/")}>
      <p className="secondary">Sign in again to go on where you were. Nothing on this page is lost.</p>
      <SignInForm email={me.actor.name} />
    </Dialog>
  );
}
