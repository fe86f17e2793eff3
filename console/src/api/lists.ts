import { infiniteQueryOptions } from "@tanstack/react-query";
import type { Page } from "./types";

/**
 * A list of the API, page by page behind its cursor. `key` begins with the resource, which is what events and changes
 * outdate.
 */
export function pagesOf<Item>(key: readonly unknown[], load: (cursor: string | undefined) => Promise<Page<Item>>) {
  return infiniteQueryOptions({
    queryKey: key,
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) => load(pageParam),
    getNextPageParam: (last: Page<Item>) => (last.has_more ? (last.next_cursor ?? undefined) : undefined),
  });
}

/** Every item of a list that is known to be short (domains, providers, CAs). */
export async function allOf<Item>(load: (cursor: string | undefined) => Promise<Page<Item>>): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | undefined;
  do {
    const page = await load(cursor);
    items.push(...page.items);
    cursor = page.has_more ? (page.next_cursor ?? undefined) : undefined;
  } while (cursor);
  return items;
}
