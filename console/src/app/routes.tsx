import { createRootRoute, createRoute, lazyRouteComponent, Outlet } from "@tanstack/react-router";
import { Suspense } from "react";
import { NotFound } from "./errors";
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

/**
 * A page in a file of its own, loaded when somebody goes there; the component is its default export. `right` is the one
 * of the API without which there is nothing to show: the shell says so instead.
 */
function page<Path extends string>(path: Path, load: () => Promise<{ default: React.ComponentType }>, right?: string) {
  const component = lazyRouteComponent(load);
  return createRoute({ getParentRoute: () => shell, path, validateSearch, component, staticData: { right } });
}

/** Every page of the console. The navigation is in navigation.ts. */
export const routeTree = root.addChildren([
  shell.addChildren([
    page("/", () => import("~/pages/overview")),
    page("/setup", () => import("~/pages/setup")),
    page("/account", () => import("~/pages/account")),
    page("/certificates", () => import("~/pages/certificates"), "ReadCertificates"),
    page("/certificates/new", () => import("~/pages/certificate_request"), "RequestCertificates"),
    page("/certificates/$id", () => import("~/pages/certificate")),
    page("/orders", () => import("~/pages/orders"), "ReadOrders"),
    page("/orders/$id", () => import("~/pages/order")),
    page("/alerts", () => import("~/pages/alerts"), "ReadAlerts"),
    page("/authorities", () => import("~/pages/authorities"), "ReadAuthorities"),
    page("/authorities/$id", () => import("~/pages/authority"), "ReadAuthorities"),
    page("/policies", () => import("~/pages/policies"), "ReadPolicies"),
    page("/policies/new", () => import("~/pages/policy_edit"), "ManagePolicies"),
    page("/policies/$id", () => import("~/pages/policy"), "ReadPolicies"),
    page("/policies/$id/edit", () => import("~/pages/policy_edit"), "ManagePolicies"),
    page("/policy-replays/$id", () => import("~/pages/policy_replay"), "ReadPolicies"),
    page("/acme-servers", () => import("~/pages/acme_servers"), "ReadAcmeServers"),
    page("/acme-servers/$id", () => import("~/pages/acme_server"), "ReadAcmeServers"),
    page("/acme-accounts/$id", () => import("~/pages/acme_account"), "ReadAcmeAccounts"),
    page("/providers", () => import("~/pages/providers"), "ReadProviders"),
    page("/providers/$id", () => import("~/pages/provider"), "ReadProviders"),
    page("/domains", () => import("~/pages/domains"), "ReadDomains"),
    page("/users", () => import("~/pages/users"), "ReadUsers"),
    page("/users/$id", () => import("~/pages/user"), "ReadUsers"),
    page("/service-accounts", () => import("~/pages/service_accounts"), "ReadServiceAccounts"),
    page("/service-accounts/$id", () => import("~/pages/service_account"), "ReadServiceAccounts"),
    page("/tokens", () => import("~/pages/tokens"), "ManageOwnTokens"),
    page("/renewals", () => import("~/pages/renewals"), "ReadCertificates"),
    page("/revocation-batches", () => import("~/pages/revocation_batches"), "ReadCertificates"),
    page("/revocation-batches/$id", () => import("~/pages/revocation_batch"), "ReadCertificates"),
    page("/blocked-keys", () => import("~/pages/blocked_keys"), "ReadBlockedKeys"),
    page("/system", () => import("~/pages/system")),
    page("/tools", () => import("~/pages/tools")),
    page("/reference", () => import("~/pages/api_docs")),
    page("/audit", () => import("~/pages/audit"), "ReadAuditLog"),
    createRoute({ getParentRoute: () => shell, path: "$", component: NotFound }),
  ]),
]);

declare module "@tanstack/react-router" {
  interface StaticDataRouteOption {
    right?: string;
  }
}
