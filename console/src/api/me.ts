import { queryOptions, useQuery } from "@tanstack/react-query";
import { adoptSession, api, body } from "./client";
import { connection } from "./connection";
import { isStatus } from "./problem";
import type { Schema } from "./types";

export type Me = Schema<"Me">;

/** What the server offers to somebody who is not signed in, and whether this browser is. */
export const loginOptionsQuery = queryOptions({
  queryKey: ["login-options"],
  queryFn: () => body(api.GET("/api/v1/login-options")),
});

/** Who was signed in last, in this window. */
let known: Me | null = null;

/**
 * The caller; null when nobody is signed in. Somebody whose session ended stays known, so that their page stays, with
 * the sign-in above it. Whether there is a session is asked first: a refusal is nothing to begin with.
 */
export const meQuery = queryOptions({
  queryKey: ["me"],
  staleTime: 60_000,
  async queryFn({ client }): Promise<Me | null> {
    if (!known && !(await client.fetchQuery({ ...loginOptionsQuery, staleTime: 0 })).signed_in) return null;
    try {
      known = await body(api.GET("/api/v1/me"));
      adoptSession(known.csrf_token ?? "");
    } catch (error) {
      if (!isStatus(error, 401)) throw error;
      if (known) connection.set({ expired: true });
    }
    return known;
  },
});

/** The caller on a page behind the sign-in. */
export function useMe(): Me {
  const { data } = useQuery(meQuery);
  if (!data) throw new Error("This page needs somebody who is signed in.");
  return data;
}

/** Whether the caller has a right (the API's `x-right`). The server decides; this only hides what it would refuse. */
export function useRight(right: string): boolean {
  const { data } = useQuery(meQuery);
  return data?.rights.includes(right) ?? false;
}
