import { queryOptions } from "@tanstack/react-query";
import { api, tagged } from "~/api/client";
import type { Schema } from "~/api/types";

export type Certificate = Schema<"Certificate">;

/** One certificate with the ETag that a change of it must name. Reading it is recorded by the server. */
export const certificateQuery = (id: string) =>
  queryOptions({
    queryKey: ["certificates", "one", id],
    staleTime: 30_000,
    queryFn: () => tagged(api.GET("/api/v1/certificates/{id}", { params: { path: { id } } })),
  });
