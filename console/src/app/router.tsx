import { createRouter } from "@tanstack/react-router";
import { NotFound, PageFailed } from "./errors";
import { routeTree } from "./routes";
import { parseSearch, stringifySearch } from "./search";

export const router = createRouter({
  routeTree,
  parseSearch,
  stringifySearch,
  defaultPreload: "intent",
  defaultPendingMs: 250,
  scrollRestoration: true,
  defaultNotFoundComponent: NotFound,
  defaultErrorComponent: PageFailed,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
