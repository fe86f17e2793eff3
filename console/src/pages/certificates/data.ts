import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api, body } from "~/api/client";
import { pagesOf } from "~/api/lists";
import type { Schema } from "~/api/types";
import type { Condition } from "./filters";

export type Certificate = Schema<"Certificate">;
export type Sort = NonNullable<Schema<"CertificateSearch">["sort"]>;

const kPage = 100;

/** The inventory under a condition, page by page, and how many there are of it in all. */
export function useCertificates(filter: Condition | undefined, sort: Sort) {
  const query = useInfiniteQuery(
    pagesOf<Certificate>(["certificates", "list", filter ?? null, sort], (cursor) =>
      body(
        api.POST("/api/v1/certificates/search", {
          body: { filter, sort, limit: kPage, cursor, include_total: !cursor },
        }),
      ),
    ),
  );
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  return { ...query, rows, total: query.data?.pages[0]?.total };
}
