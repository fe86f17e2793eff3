import { QueryClient } from "@tanstack/react-query";
import { ApiError, Unreachable } from "./problem";

/** Refusals are final; a server that is busy or away is asked again. */
function shouldRetry(failures: number, error: Error) {
  if (error instanceof Unreachable) return failures < 2;
  return error instanceof ApiError && error.status === 503 && failures < 3;
}

export const queries = new QueryClient({
  defaultOptions: {
    queries: { staleTime: 15_000, retry: shouldRetry, refetchOnWindowFocus: true, networkMode: "always" },
    mutations: { retry: false, networkMode: "always" },
  },
});
