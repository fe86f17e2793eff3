import { useRef } from "react";
import { newIdempotencyKey } from "./client";

/**
 * A key for a body: sending the same again is the same request, so that a click after a lost answer does nothing twice;
 * another body is another request.
 */
export function useIdempotencyKey() {
  const last = useRef({ body: "", key: "" });
  return (body: unknown): string => {
    const text = JSON.stringify(body) ?? "";
    if (!last.current.key || last.current.body !== text) last.current = { body: text, key: newIdempotencyKey() };
    return last.current.key;
  };
}
