import { queryOptions, useQuery } from "@tanstack/react-query";
import { adoptSession, api, body } from "./client";
import { connection } from "./connection";
import { isStatus } from "./problem";
import type { Schema } from "./types";

export type Me = Schema<"Me">;

/** Who was signed in last, in this window. */
let known: Me | null = null;

/**
 * The caller; null when nobody is signed in. Somebody whose session ended stays known, so that their page stays, with
 * the sign-in above it.
 */
export const meQuery = queryOptions({
  queryKey: ["me"],
  staleTime: 60_000,
  async queryFn(): Promise<Me | null> {
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
