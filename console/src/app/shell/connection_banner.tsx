import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useSyncExternalStore } from "react";
import { connection } from "~/api/connection";
import { Icon } from "~/design/icon";
import { toast } from "~/design/toast";

const kAskAgain = 3000;

export const useConnection = () => useSyncExternalStore(connection.subscribe, connection.get);

/** Asks an unreachable server until it answers, then loads anew what is in sight. */
export function ConnectionBanner() {
  const { reachable } = useConnection();
  const client = useQueryClient();
  useEffect(() => {
    if (reachable) return;
    const timer = setInterval(async () => {
      try {
        const answer = await fetch("/healthz", { cache: "no-store" });
        if (!answer.ok) return;
        connection.set({ reachable: true });
        toast("The server answers again.");
        void client.invalidateQueries();
      } catch {
        // Still away.
      }
    }, kAskAgain);
    return () => clearInterval(timer);
  }, [reachable, client]);
  return (
    <div aria-live="assertive">
      {!reachable && (
        <div className="banner">
          <Icon name="offline" />
          <strong>The server does not answer.</strong>
          <span>What you see may be old. It is asked again every few seconds.</span>
        </div>
      )}
    </div>
  );
}
