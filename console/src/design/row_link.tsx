import { useRouter } from "@tanstack/react-router";
import type { ReactNode } from "react";

/**
 * A link to a page of the console, for rows of long lists: the router's own does a good deal of work for each, to load
 * pages before they are asked for.
 */
export function RowLink({ to, title, children }: { to: string; title?: string; children: ReactNode }) {
  const router = useRouter();
  return (
    <a
      href={to}
      title={title}
      className="cell-clip"
      onClick={(event) => {
        const elsewhere = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button !== 0;
        if (elsewhere) return;
        event.preventDefault();
        void router.navigate({ href: to });
      }}
    >
      {children}
    </a>
  );
}
