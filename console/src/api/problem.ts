import type { Schema } from "./types";

export type Problem = Schema<"Problem">;

/** An answer that is not a success, with what the server said about it. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly problem: Problem | undefined,
    readonly retryAfterSeconds: number | undefined,
  ) {
    super(problem?.detail || problem?.title || `The server answered ${status}.`);
    this.name = "ApiError";
  }

  get code() {
    return this.problem?.code ?? "";
  }

  /** What the server said about one member of the body, by its JSON pointer. */
  fieldErrors(): Record<string, string> {
    return Object.fromEntries((this.problem?.errors ?? []).map((error) => [error.pointer, error.detail]));
  }
}

/** No answer at all: the server is gone, or the network. */
export class Unreachable extends Error {
  constructor() {
    super("The server cannot be reached.");
    this.name = "Unreachable";
  }
}

export const isStatus = (error: unknown, status: number) => error instanceof ApiError && error.status === status;

/** One sentence for a person. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
