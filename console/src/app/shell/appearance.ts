import { useSyncExternalStore } from "react";

export interface Appearance {
  theme?: "light" | "dark";
  density?: "compact";
}

const kKey = "chancery.appearance";
const listeners = new Set<() => void>();
let current: Appearance = read();

function read(): Appearance {
  try {
    return JSON.parse(localStorage.getItem(kKey) ?? "{}") as Appearance;
  } catch {
    return {};
  }
}

/** Kept in this browser only; public/theme.js applies it before the first paint. */
export function setAppearance(change: Appearance) {
  current = { ...current, ...change };
  const { theme, density } = current;
  document.documentElement.toggleAttribute("data-theme", Boolean(theme));
  if (theme) document.documentElement.dataset.theme = theme;
  document.documentElement.toggleAttribute("data-density", Boolean(density));
  if (density) document.documentElement.dataset.density = density;
  localStorage.setItem(kKey, JSON.stringify(current));
  for (const listener of listeners) listener();
}

export function useAppearance(): Appearance {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => current,
  );
}
