import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api, body } from "~/api/client";
import { useMe } from "~/api/me";
import type { IconName } from "~/design/icon";
import { kNavigation, type Place } from "../navigation";

export interface Found {
  key: string;
  group: string;
  icon: IconName;
  text: string;
  note?: string;
  /** Where it leads. */
  to: string;
}

const kActions: Place[] = [
  {
    to: "/certificates/new",
    label: "Request New Certificate",
    icon: "plus",
    right: "RequestCertificates",
    words: "order issue csr",
  },
  { to: "/account", label: "Your account", icon: "user", words: "password second factor totp sessions appearance" },
];

const kAsked = 150;

/** The text once nobody has typed for a moment. */
function useSettled(text: string) {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), kAsked);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

function matches(place: Place, text: string) {
  const all = `${place.label} ${place.words ?? ""}`.toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word));
}

function asFound(group: string) {
  return (place: Place): Found => ({
    key: place.to ?? "",
    group,
    icon: place.icon,
    text: place.label,
    to: place.to ?? "/",
  });
}

/** Pages and actions by their name; certificates, domains and policies as the server finds them. */
export function useFound(typed: string): { found: Found[]; searching: boolean } {
  const { rights } = useMe();
  const text = useSettled(typed.trim());
  const may = (right?: string) => !right || rights.includes(right);
  const wanted = text.length >= 2;
  const certificates = useQuery({
    queryKey: ["certificates", "palette", text],
    enabled: wanted && may("ReadCertificates"),
    queryFn: () =>
      body(api.GET("/api/v1/certificates", { params: { query: { q: text, limit: 8, sort: "-created_at" } } })),
  });
  const domains = useQuery({
    queryKey: ["domains", "palette", text],
    enabled: wanted && may("ReadDomains"),
    queryFn: () => body(api.GET("/api/v1/domains", { params: { query: { q: text, limit: 4 } } })),
  });
  const places = kNavigation.flatMap((group) => group.places).filter((place) => may(place.right));
  const found: Found[] = [
    ...kActions.filter((place) => may(place.right) && matches(place, typed)).map(asFound("Actions")),
    ...places.filter((place) => matches(place, typed)).map(asFound("Pages")),
    ...(wanted ? (certificates.data?.items ?? []) : []).map((one) => ({
      key: one.id,
      group: "Certificates",
      icon: "certificate" as const,
      text: one.common_name,
      note: `${one.status}, ${one.algorithm}`,
      to: `/certificates/${one.id}`,
    })),
    ...(wanted ? (domains.data?.items ?? []) : []).map((one) => ({
      key: one.id,
      group: "Certificates of a domain",
      icon: "globe" as const,
      text: one.name,
      note: one.enabled ? "enabled" : "disabled",
      to: `/certificates?domain=${encodeURIComponent(one.name)}`,
    })),
  ];
  return { found, searching: certificates.isFetching || domains.isFetching };
}
