import { useInfiniteQuery } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { pagesOf } from "./lists";
import type { Page } from "./types";

/** A long list as a table wants it: rows so far, and how to get more of them. */
export function useEndless<Item>(key: readonly unknown[], load: (cursor: string | undefined) => Promise<Page<Item>>) {
  const query = useInfiniteQuery(pagesOf(key, load));
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  return { ...query, rows, more, total: query.data?.pages[0]?.total };
}
