import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";

/** Which cached answers a change makes old. */
const kOutdates: Record<string, string[]> = {
  order: ["orders"],
  certificate: ["certificates", "stats"],
  alert: ["alerts"],
};

/**
 * Follows the server's events for as long as somebody is signed in, so that pages are right without a reload. Changes
 * that come together are taken together: a batch of a thousand certificates asks for the list once.
 */
export function useLiveUpdates(enabled: boolean): "live" | "connecting" | "off" {
  const client = useQueryClient();
  const [state, setState] = useState<"live" | "connecting" | "off">("off");
  useEffect(() => {
    if (!enabled) return;
    setState("connecting");
    const source = new EventSource("/api/v1/events");
    const pending = new Set<string>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const flush = () => {
      timer = undefined;
      for (const key of pending) void client.invalidateQueries({ queryKey: [key] });
      pending.clear();
    };
    const note = (kind: string) => () => {
      for (const key of kOutdates[kind] ?? []) pending.add(key);
      timer ??= setTimeout(flush, 400);
    };
    source.onopen = () => setState("live");
    source.onerror = () => setState(source.readyState === EventSource.CLOSED ? "off" : "connecting");
    for (const kind of Object.keys(kOutdates)) source.addEventListener(kind, note(kind));
    source.addEventListener("end", () => {
      source.close();
      setState("off");
      void client.invalidateQueries({ queryKey: ["me"] });
    });
    return () => {
      source.close();
      clearTimeout(timer);
    };
  }, [enabled, client]);
  return state;
}
