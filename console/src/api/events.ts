import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";

/** Which cached answers a change makes old. */
const kOutdates: Record<string, string[]> = {
  order: ["orders"],
  certificate: ["certificates", "stats"],
  alert: ["alerts"],
};

const kName = "chancery.events";
const kTogether = 400;
const kAgain = 20_000;

export type Live = "live" | "connecting" | "off";

type Message = { kind: string } | { state: Live };

/**
 * The server's events, one stream for all windows of this browser: a browser opens six connections to a server at most,
 * and the server five streams to a person. The window that gets the lock holds the stream and tells the others.
 */
function follow(tell: (message: Message) => void): () => void {
  const channel = new BroadcastChannel(kName);
  channel.onmessage = ({ data }: MessageEvent<Message>) => tell(data);
  const all = (message: Message) => {
    tell(message);
    channel.postMessage(message);
  };
  const stopped = new AbortController();
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const open = () => {
    source = new EventSource("/api/v1/events");
    source.onopen = () => all({ state: "live" });
    source.onerror = () => {
      const closed = source?.readyState === EventSource.CLOSED;
      all({ state: closed ? "off" : "connecting" });
      // Refused (there are too many, or the session has ended): the browser itself does not try again.
      if (closed) timer = setTimeout(open, kAgain);
    };
    for (const kind of [...Object.keys(kOutdates), "end"]) source.addEventListener(kind, () => all({ kind }));
  };
  const leave = new Promise<void>((resolve) => stopped.signal.addEventListener("abort", () => resolve()));
  navigator.locks
    .request(kName, { signal: stopped.signal }, () => {
      open();
      return leave;
    })
    // Another window holds it, and this one has stopped waiting.
    .catch(() => undefined);
  return () => {
    stopped.abort();
    source?.close();
    clearTimeout(timer);
    channel.close();
  };
}

/**
 * Keeps pages right without a reload. Changes that come together are taken together: a batch of a thousand certificates
 * asks for the list once.
 */
export function useLiveUpdates(enabled: boolean): Live {
  const client = useQueryClient();
  const [state, setState] = useState<Live>("off");
  useEffect(() => {
    if (!enabled) return;
    setState("connecting");
    const pending = new Set<string>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const flush = () => {
      timer = undefined;
      for (const key of pending) void client.invalidateQueries({ queryKey: [key] });
      pending.clear();
    };
    const stop = follow((message) => {
      if ("state" in message) {
        setState(message.state);
        return;
      }
      // What another window hears is as live as what this one does.
      setState(message.kind === "end" ? "off" : "live");
      for (const key of message.kind === "end" ? ["me"] : (kOutdates[message.kind] ?? [])) pending.add(key);
      timer ??= setTimeout(flush, kTogether);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [enabled, client]);
  return state;
}
