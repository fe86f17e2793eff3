import type { components } from "./schema";

/** The schemas of the OpenAPI document by their name there: `Schema<"Certificate">`. */
export type Schema<Name extends keyof components["schemas"]> = components["schemas"][Name];

/** What every list of the API answers. */
export interface Page<Item> {
  items: Item[];
  next_cursor: string | null;
  has_more: boolean;
  total?: number;
}

/** Objects that the document leaves open; the generator types them as having no member at all. */
export type Open = Record<string, unknown>;
