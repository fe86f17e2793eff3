import { useSuspenseQuery } from "@tanstack/react-query";
import { Outlet, useMatches, useRouterState } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { useLiveUpdates } from "~/api/events";
import { meQuery, useMe } from "~/api/me";
import { Icon } from "~/design/icon";
import { Forbidden } from "../errors";
import { SignInPage } from "../sign_in/page";
import { SessionExpired } from "../sign_in/session_expired";
import { AccountMenu } from "./account_menu";
import { ConnectionBanner, useConnection } from "./connection_banner";
import { Sidebar } from "./sidebar";

const loadPalette = () => import("../palette/palette");
const Palette = lazy(loadPalette);
const kIsMac = navigator.platform.startsWith("Mac");

/** Opens the palette: ⌘K or Ctrl K anywhere, or `/` outside a field. */
function usePaletteKey(open: () => void) {
  useEffect(() => {
    const note = (event: KeyboardEvent) => {
      const typing = (event.target as HTMLElement).closest("input, textarea, select, [contenteditable]");
      const asked =
        (event.key.toLowerCase() === "k" && (event.metaKey || event.ctrlKey)) || (event.key === "/" && !typing);
      if (!asked || document.querySelector("dialog[open]")) return;
      event.preventDefault();
      open();
    };
    window.addEventListener("keydown", note);
    return () => window.removeEventListener("keydown", note);
  }, [open]);
}

function Workspace() {
  const { expired } = useConnection();
  const live = useLiveUpdates(!expired);
  const { rights } = useMe();
  const needed = useMatches({ select: (matches) => matches.at(-1)?.staticData.right });
  const missing = needed && !rights.includes(needed) ? needed : undefined;
  const [palette, setPalette] = useState(false);
  const main = useRef<HTMLElement>(null);
  const path = useRouterState({ select: (state) => state.location.pathname });
  const first = useRef(true);
  usePaletteKey(() => setPalette(true));
  // There before it is asked for, so that what is typed right after the key is not lost.
  useEffect(() => {
    const timer = setTimeout(() => loadPalette().catch(() => undefined), 500);
    return () => clearTimeout(timer);
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page is read from its beginning.
  useEffect(() => {
    if (!first.current && !document.querySelector("dialog[open]")) main.current?.focus();
    first.current = false;
  }, [path]);
  return (
    <>
      <a className="skip-link" href="#main">
        Skip to the content
      </a>
      <div className="shell">
        <Sidebar live={live} />
        <div className="workspace">
          <header className="topbar">
            <button
              type="button"
              className="button button-quiet button-icon menu-button"
              popoverTarget="navigation"
              aria-label="Navigation"
            >
              <Icon name="menu" />
            </button>
            <button type="button" className="topbar-search" onClick={() => setPalette(true)}>
              <Icon name="search" />
              <span>Search certificates, pages, actions</span>
              <kbd>{kIsMac ? "⌘ K" : "Ctrl K"}</kbd>
            </button>
            <div className="topbar-end">
              <AccountMenu />
            </div>
          </header>
          <ConnectionBanner />
          <main id="main" className="main" ref={main} tabIndex={-1}>
            <Suspense fallback={null}>{missing ? <Forbidden right={missing} /> : <Outlet />}</Suspense>
          </main>
        </div>
      </div>
      {palette && (
        <Suspense fallback={null}>
          <Palette onClose={() => setPalette(false)} />
        </Suspense>
      )}
      {expired && <SessionExpired />}
    </>
  );
}

/** Everything behind the sign-in. */
export function Shell() {
  const { data: me } = useSuspenseQuery(meQuery);
  return me ? <Workspace /> : <SignInPage />;
}
