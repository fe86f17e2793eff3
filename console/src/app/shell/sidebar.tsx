import { useQuery } from "@tanstack/react-query";
import { Link, useRouterState } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { api, body } from "~/api/client";
import { useMe, useRight } from "~/api/me";
import { Seal } from "~/design/brand";
import { Icon } from "~/design/icon";
import { count } from "~/design/time";
import { kNavigation, type Place } from "../navigation";

/** How many alerts wait for somebody. */
function OpenAlerts() {
  const { data } = useQuery({
    queryKey: ["alerts", "open-count"],
    queryFn: () =>
      body(api.GET("/api/v1/alerts", { params: { query: { state: ["open"], limit: 1, include_total: true } } })),
    enabled: useRight("ReadAlerts"),
  });
  if (!data?.total) return null;
  return (
    <span className="nav-count">
      {count(data.total)}
      <span className="visually-hidden"> open</span>
    </span>
  );
}

function NavLink({ place }: { place: Place }) {
  return (
    <Link to={place.to} activeOptions={{ exact: place.to === "/", includeSearch: false }}>
      <Icon name={place.icon} />
      {place.label}
      {place.to === "/alerts" && <OpenAlerts />}
    </Link>
  );
}

const kLive = { live: "Live", connecting: "Connecting", off: "Not live" } as const;

/** Whether the window is so narrow that the navigation is opened by a button (shell.css has the same number). */
function useNarrow() {
  const [query] = useState(() => window.matchMedia("(max-width: 60rem)"));
  const [narrow, setNarrow] = useState(query.matches);
  useEffect(() => {
    const note = () => setNarrow(query.matches);
    query.addEventListener("change", note);
    return () => query.removeEventListener("change", note);
  }, [query]);
  return narrow;
}

export function Sidebar({ live }: { live: keyof typeof kLive }) {
  const { rights } = useMe();
  const narrow = useNarrow();
  const ref = useRef<HTMLElement>(null);
  const path = useRouterState({ select: (state) => state.location.pathname });
  const version = useQuery({
    queryKey: ["version"],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: () => body(api.GET("/version")),
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: going to another page closes it.
  useEffect(() => {
    if (narrow) ref.current?.hidePopover();
  }, [path, narrow]);
  return (
    <aside ref={ref} id="navigation" className="sidebar" popover={narrow ? "auto" : undefined}>
      <Link to="/" className="brand">
        <Seal />
        Chancery
      </Link>
      <nav className="nav" aria-label="Main">
        {kNavigation.map(({ heading, places }) => {
          const allowed = places.filter((place) => !place.right || rights.includes(place.right));
          if (allowed.length === 0) return null;
          return (
            <div className="nav-group" key={heading}>
              {heading && <div className="nav-heading">{heading}</div>}
              <ul>
                {allowed.map((place) => (
                  <li key={place.to}>
                    <NavLink place={place} />
                  </li>
                ))}
              </ul>
            </div>
          );
        })}
      </nav>
      <div className="sidebar-foot">
        <span className="live-dot" data-state={live} />
        <span title="Whether changes are shown as they happen">{kLive[live]}</span>
        <span className="grow" />
        {version.data && <span>{version.data.version}</span>}
      </div>
    </aside>
  );
}
