import { useState } from "react";
import { kDefaultColumns } from "./columns";

const kKey = "chancery.certificates.columns";

function read(): string[] {
  try {
    const kept = JSON.parse(localStorage.getItem(kKey) ?? "null");
    return Array.isArray(kept) ? kept : kDefaultColumns;
  } catch {
    return kDefaultColumns;
  }
}

/** Which columns this browser shows. */
export function useColumns() {
  const [shown, setShown] = useState(read);
  const set = (next: string[]) => {
    setShown(next);
    localStorage.setItem(kKey, JSON.stringify(next));
  };
  return {
    shown,
    set,
    toggle: (id: string) => set(shown.includes(id) ? shown.filter((one) => one !== id) : [...shown, id]),
  };
}
