import { queryOptions } from "@tanstack/react-query";
import { api, body } from "~/api/client";
import { allOf } from "~/api/lists";
import type { Schema } from "~/api/types";

export type User = Schema<"User">;
export type ServiceAccount = Schema<"ServiceAccount">;
export type ApiToken = Schema<"ApiToken">;

export const usersQuery = queryOptions({
  queryKey: ["users", "all"],
  queryFn: () => allOf((cursor) => body(api.GET("/api/v1/users", { params: { query: { limit: 200, cursor } } }))),
});

export const serviceAccountsQuery = queryOptions({
  queryKey: ["service-accounts", "all"],
  queryFn: () =>
    allOf((cursor) => body(api.GET("/api/v1/service-accounts", { params: { query: { limit: 200, cursor } } }))),
});

export const kScopes = [
  ["read", "Read", "Looks, and changes nothing."],
  ["write", "Write", "Requests, renews and revokes, too."],
  ["admin", "Admin", "Everything that its owner may do."],
] as const;
