import { useEffect, useRef, useSyncExternalStore } from "react";
import { Icon } from "./icon";

interface Toast {
  id: number;
  text: string;
  bad: boolean;
}

let toasts: Toast[] = [];
let last = 0;
const listeners = new Set<() => void>();

function set(next: Toast[]) {
  toasts = next;
  for (const listener of listeners) listener();
}

/** Says briefly what the server has done. Only for what it has reported. */
export function toast(text: string, bad = false) {
  last += 1;
  const id = last;
  set([...toasts, { id, text, bad }]);
  setTimeout(() => set(toasts.filter((one) => one.id !== id)), bad ? 9000 : 5000);
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function Toasts() {
  const shown = useSyncExternalStore(subscribe, () => toasts);
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // In the top layer, above an open dialog; shown anew with each toast to stay the topmost.
    if (shown.length === 0) return;
    ref.current?.hidePopover();
    ref.current?.showPopover();
  }, [shown]);
  return (
    <div ref={ref} className="toasts" popover="manual" role="status" aria-live="polite">
      {shown.map((one) => (
        <div key={one.id} className={`toast ${one.bad ? "toast-bad" : ""}`}>
          <Icon name={one.bad ? "alert" : "check"} />
          <span>{one.text}</span>
        </div>
      ))}
    </div>
  );
}
