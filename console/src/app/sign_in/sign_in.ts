import { useMutation, useQueryClient } from "@tanstack/react-query";
import { adoptSession, api, body } from "~/api/client";
import { meQuery } from "~/api/me";
import type { Schema } from "~/api/types";

/** Opens a session. What was loaded for nobody, or for another person, is forgotten first. */
export function useSignIn(onSuccess?: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (login: Schema<"LoginRequest">) => body(api.POST("/api/v1/sessions", { body: login })),
    async onSuccess(session) {
      const before = client.getQueryData(meQuery.queryKey)?.actor.id;
      adoptSession(session.csrf_token);
      if (before !== session.user.id) client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== "me" });
      await client.invalidateQueries();
      onSuccess?.();
    },
  });
}
