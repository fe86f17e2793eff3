/** Whether the server answers, and whether it still knows the session. Two facts that every page depends on. */
export interface Connection {
  reachable: boolean;
  expired: boolean;
}

let state: Connection = { reachable: true, expired: false };
const listeners = new Set<() => void>();

export const connection = {
  get: () => state,
  set(change: Partial<Connection>) {
    const next = { ...state, ...change };
    if (next.reachable === state.reachable && next.expired === state.expired) return;
    state = next;
    for (const listener of listeners) listener();
  },
  subscribe(listener: () => void) {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};
