import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback } from "react";
import type { Search } from "./search";

/** The members of the page's address behind `?`, and how to change some of them; empty ones leave it. */
export function useSearchMembers(): [Search, (members: Search) => void] {
  const search = useSearch({ strict: false }) as Search;
  const navigate = useNavigate();
  const change = useCallback(
    (members: Search) =>
      void navigate({ to: ".", search: ((old: Search) => ({ ...old, ...members })) as never, replace: true }),
    [navigate],
  );
  return [search, change];
}
