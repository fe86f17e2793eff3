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
      { to: "/api-tokens", label: "Your API tokens", icon: "key", right: "ManageOwnTokens", words: "personal token" },
    ],
  },
  {
    heading: "Records",
    places: [
      { to: "/audit", label: "Audit log", icon: "audit", right: "ReadAuditLog", words: "events history verify" },
    ],
  },
];
