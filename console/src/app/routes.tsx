import { createRootRoute, createRoute, lazyRouteComponent, Outlet } from "@tanstack/react-router";
import { Suspense } from "react";
import { validateSearch } from "./search";
import { Shell } from "./shell/shell";

const root = createRootRoute({
  component: () => (
    <Suspense fallback={null}>
      <Outlet />
    </Suspense>
  ),
});

const shell = createRoute({ getParentRoute: () => root, id: "shell", component: Shell });

/** A page in a file of its own, loaded when somebody goes there; the component is its default export. */
function page<Path extends string>(path: Path, load: () => Promise<{ default: React.ComponentType }>) {
  return createRoute({ getParentRoute: () => shell, path, validateSearch, component: lazyRouteComponent(load) });
}

/** Every page of the console. The navigation is in navigation.ts. */
export const routeTree = root.addChildren([
  shell.addChildren([
    page("/", () => import("~/pages/overview")),
    page("/setup", () => import("~/pages/setup")),
    page("/account", () => import("~/pages/account")),
    page("/certificates", () => import("~/pages/certificates")),
    page("/certificates/new", () => import("~/pages/certificate_request")),
    page("/certificates/$id", () => import("~/pages/certificate")),
    page("/orders", () => import("~/pages/orders")),
    page("/orders/$id", () => import("~/pages/order")),
    page("/alerts", () => import("~/pages/alerts")),
    page("/authorities", () => import("~/pages/authorities")),
    page("/authorities/$id", () => import("~/pages/authority")),
    page("/policies", () => import("~/pages/policies")),
    page("/policies/new", () => import("~/pages/policy_edit")),
    page("/policies/$id", () => import("~/pages/policy")),
    page("/policies/$id/edit", () => import("~/pages/policy_edit")),
    page("/policy-replays/$id", () => import("~/pages/policy_replay")),
    page("/acme-servers", () => import("~/pages/acme_servers")),
    page("/acme-servers/$id", () => import("~/pages/acme_server")),
    page("/acme-accounts/$id", () => import("~/pages/acme_account")),
    page("/providers", () => import("~/pages/providers")),
    page("/providers/$id", () => import("~/pages/provider")),
    page("/domains", () => import("~/pages/domains")),
    page("/users", () => import("~/pages/users")),
    page("/users/$id", () => import("~/pages/user")),
    page("/service-accounts", () => import("~/pages/service_accounts")),
    page("/service-accounts/$id", () => import("~/pages/service_account")),
    page("/tokens", () => import("~/pages/tokens")),
    page("/renewals", () => import("~/pages/renewals")),
    page("/revocation-batches", () => import("~/pages/revocation_batches")),
    page("/revocation-batches/$id", () => import("~/pages/revocation_batch")),
    page("/blocked-keys", () => import("~/pages/blocked_keys")),
    page("/system", () => import("~/pages/system")),
    page("/tools", () => import("~/pages/tools")),
    page("/reference", () => import("~/pages/api_docs")),
    page("/audit", () => import("~/pages/audit")),
  ]),
]);
