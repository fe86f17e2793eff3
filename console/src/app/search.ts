/** What stands behind the `?`: plain names and values, as people and other programs write them. */
export type Search = Record<string, string>;

export function parseSearch(text: string): Search {
  return Object.fromEntries(new URLSearchParams(text));
}

export function stringifySearch(search: Record<string, unknown>): string {
  const given = Object.entries(search).filter(([, value]) => value !== undefined && value !== "" && value !== null);
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return text ? `?${text}` : "";
}

/** Every page takes what it knows from the search and leaves the rest alone. */
export const validateSearch = (search: Record<string, unknown>): Search => search as Search;
