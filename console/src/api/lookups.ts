import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, body } from "./client";
import { allOf } from "./lists";

/** The short lists that other resources name by id. */
export const providersQuery = queryOptions({
  queryKey: ["providers", "all"],
  queryFn: () => allOf((cursor) => body(api.GET("/api/v1/providers", { params: { query: { limit: 200, cursor } } }))),
});

export const authoritiesQuery = queryOptions({
  queryKey: ["certificate-authorities", "all"],
  queryFn: () =>
    allOf((cursor) => body(api.GET("/api/v1/certificate-authorities", { params: { query: { limit: 200, cursor } } }))),
});

export const domainsQuery = queryOptions({
  queryKey: ["domains", "all"],
  queryFn: () => allOf((cursor) => body(api.GET("/api/v1/domains", { params: { query: { limit: 200, cursor } } }))),
});

export const acmeServersQuery = queryOptions({
  queryKey: ["acme-servers", "all"],
  queryFn: () =>
    allOf((cursor) => body(api.GET("/api/v1/acme-servers", { params: { query: { limit: 200, cursor } } }))),
});

/** The name of a provider or CA by its id; the id itself until it is known. */
export function useNameOf() {
  const providers = useQuery(providersQuery);
  const authorities = useQuery(authoritiesQuery);
  return {
    provider: (id: string | null) => providers.data?.find((one) => one.id === id)?.name ?? id ?? "",
    authority: (id: string | null) => authorities.data?.find((one) => one.id === id)?.name ?? id ?? "",
  };
}
