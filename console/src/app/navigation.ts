import type { LinkProps } from "@tanstack/react-router";
import type { IconName } from "~/design/icon";

export interface Place {
  to: LinkProps["to"];
  label: string;
  icon: IconName;
  /** The right of the API without which the page has nothing to show. */
  right?: string;
  /** Other words that people look for it by. */
  words?: string;
}

/** The pages, as the navigation and the palette list them. */
export const kNavigation: { heading: string; places: Place[] }[] = [
  {
    heading: "",
    places: [{ to: "/", label: "Overview", icon: "home", words: "dashboard statistics" }],
  },
  {
    heading: "Certificates",
    places: [
      {
        to: "/certificates",
        label: "Certificates",
        icon: "certificate",
        right: "ReadCertificates",
        words: "inventory",
      },
      { to: "/orders", label: "Orders", icon: "order", right: "ReadOrders", words: "requests" },
      { to: "/alerts", label: "Alerts", icon: "alert", right: "ReadAlerts", words: "warnings" },
      { to: "/renewals", label: "Renewals", icon: "calendar", right: "ReadCertificates", words: "calendar due expiry" },
      { to: "/revocation-batches", label: "Revocation batches", icon: "ban", right: "ReadCertificates", words: "bulk" },
      { to: "/blocked-keys", label: "Blocked keys", icon: "lock", right: "ReadBlockedKeys", words: "compromise spki" },
    ],
  },
  {
    heading: "Issuing",
    places: [
      { to: "/authorities", label: "Local PKI", icon: "tree", right: "ReadAuthorities", words: "ca root crl ocsp" },
      { to: "/acme-servers", label: "ACME servers", icon: "server", right: "ReadAcmeServers", words: "eab certbot" },
      { to: "/policies", label: "Policies", icon: "policy", right: "ReadPolicies", words: "rules waivers replay test" },
      {
        to: "/providers",
        label: "Providers",
        icon: "provider",
        right: "ReadProviders",
        words: "external ca digicert est",
      },
      { to: "/domains", label: "Domains", icon: "globe", right: "ReadDomains", words: "names registered" },
    ],
  },
  {
    heading: "People and machines",
    places: [
      { to: "/users", label: "Users", icon: "users", right: "ReadUsers", words: "people roles rights totp" },
      {
        to: "/service-accounts",
        label: "Service accounts",
        icon: "machine",
        right: "ReadServiceAccounts",
        words: "courier",
      },
      { to: "/tokens", label: "Your API tokens", icon: "key", right: "ManageOwnTokens", words: "personal token" },
    ],
  },
  {
    heading: "Records",
    places: [
      { to: "/audit", label: "Audit log", icon: "audit", right: "ReadAuditLog", words: "events history verify" },
    ],
  },
  {
    heading: "Server",
    places: [
      { to: "/system", label: "System", icon: "system", words: "health version ready database" },
      { to: "/tools", label: "Tools", icon: "tool", words: "decode csr pem match key" },
      { to: "/reference", label: "API", icon: "docs", words: "openapi docs reference rest" },
    ],
  },
];
