import createClient, { type Middleware } from "openapi-fetch";
import { connection } from "./connection";
import { ApiError, type Problem, Unreachable } from "./problem";
import type { paths } from "./schema";

let csrfToken = "";
let signedIn = false;

/** The token that goes with the session's cookie (double submit); null when there is no session. */
export function adoptSession(token: string | null) {
  csrfToken = token ?? "";
  signedIn = token !== null;
  if (signedIn) connection.set({ expired: false });
}

const middleware: Middleware = {
  onRequest({ request }) {
    if (csrfToken && request.method !== "GET") request.headers.set("X-CSRF-Token", csrfToken);
    return request;
  },
  async onResponse({ response, schemaPath }) {
    connection.set({ reachable: true });
    if (response.status === 401 && signedIn && schemaPath !== "/api/v1/sessions") connection.set({ expired: true });
    if (response.ok || response.status === 304) return response;
    throw await errorOf(response);
  },
  onError() {
    connection.set({ reachable: false });
    return new Unreachable();
  },
};

async function errorOf(response: Response): Promise<ApiError> {
  const isProblem = response.headers.get("content-type")?.startsWith("application/problem+json");
  const problem = isProblem ? ((await response.json()) as Problem) : undefined;
  const wait = Number(response.headers.get("retry-after"));
  return new ApiError(response.status, problem, wait > 0 ? wait : undefined);
}

/** The API as its document describes it. A refusal is thrown as ApiError, so what is returned was a success. */
export const api = createClient<paths>({
  baseUrl: window.location.origin,
  querySerializer: { array: { style: "form", explode: false } },
});
api.use(middleware);

/** The body of an answer that was a success. */
export async function body<T>(answer: Promise<{ data?: T }>): Promise<T> {
  return (await answer).data as T;
}

export interface Tagged<T> {
  value: T;
  etag: string;
}

/** The body together with the ETag that a later change must name. */
export async function tagged<T>(answer: Promise<{ data?: T; response: Response }>): Promise<Tagged<T>> {
  const { data, response } = await answer;
  return { value: data as T, etag: response.headers.get("etag") ?? "" };
}

/** One key for one intent of a person: a repeated click or a retry is then the same request. */
export const newIdempotencyKey = () => crypto.randomUUID();

/** A file of the API by a path below /api/v1, with the name that the server gives it. */
export async function download(path: string, accept?: string) {
  let response: Response;
  try {
    response = await fetch(`/api/v1${path}`, { headers: accept ? { Accept: accept } : {} });
  } catch {
    connection.set({ reachable: false });
    throw new Unreachable();
  }
  if (response.status === 401) connection.set({ expired: true });
  if (!response.ok) throw await errorOf(response);
  const disposition = response.headers.get("content-disposition") ?? "";
  const name = /filename="([^"]+)"/.exec(disposition)?.[1] ?? path.split("/").pop() ?? "download";
  saveBlob(await response.blob(), name);
  return name;
}

export function saveBlob(blob: Blob, name: string) {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
