import { queryOptions } from "@tanstack/react-query";
import { api, body } from "~/api/client";
import type { Schema } from "~/api/types";

export type Replay = Schema<"PolicyReplay">;

const kAgain = 800;

export const isOver = (replay: Replay) => replay.state !== "pending" && replay.state !== "running";

/** Asked again until it is over; the server's events do not tell of replays. */
export const replayQuery = (id: string) =>
  queryOptions({
    queryKey: ["policy-replays", "one", id],
    queryFn: () => body(api.GET("/api/v1/policy-replays/{id}", { params: { path: { id } } })),
    refetchInterval: ({ state }) => (state.data && isOver(state.data) ? false : kAgain),
  });
