import { useMutation } from "@tanstack/react-query";
import { api } from "~/api/client";
import { useMe } from "~/api/me";
import { messageOf } from "~/api/problem";
import { Menu, MenuItem, MenuLink } from "~/design/menu";
import { toast } from "~/design/toast";
import { roleName } from "../roles";
import { setAppearance, useAppearance } from "./appearance";

/** Ends the session at the server, then here. */
function useSignOut() {
  return useMutation({
    mutationFn: () => api.DELETE("/api/v1/sessions/current"),
    // Loaded anew, so that nothing of this person is left in memory.
    onSuccess: () => window.location.assign("/"),
    onError: (error) => toast(messageOf(error), true),
  });
}

export function AccountMenu() {
  const me = useMe();
  const signOut = useSignOut();
  const { theme, density } = useAppearance();
  const initial = (me.actor.name || "?").slice(0, 1).toUpperCase();
  return (
    <Menu
      label="Account"
      className="button button-quiet"
      text={
        <span className="avatar" role="img" aria-label={`Account: ${me.actor.name}`}>
          {initial}
        </span>
      }
    >
      <div className="menu-heading">
        {me.actor.name}
        <br />
        {roleName(me.role)}
      </div>
      <MenuLink to="/account" icon="user">
        Your account
      </MenuLink>
      <hr />
      <div className="menu-heading">Appearance</div>
      <MenuItem icon={theme ? "system" : "check"} onSelect={() => setAppearance({ theme: undefined })}>
        As the system
      </MenuItem>
      <MenuItem icon={theme === "light" ? "check" : "sun"} onSelect={() => setAppearance({ theme: "light" })}>
        Light
      </MenuItem>
      <MenuItem icon={theme === "dark" ? "check" : "moon"} onSelect={() => setAppearance({ theme: "dark" })}>
        Dark
      </MenuItem>
      <MenuItem
        icon={density ? "check" : "menu"}
        onSelect={() => setAppearance({ density: density ? undefined : "compact" })}
      >
        Compact rows
      </MenuItem>
      <hr />
      <MenuItem icon="signOut" onSelect={() => signOut.mutate()}>
        Sign out
      </MenuItem>
    </Menu>
  );
}
