import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Tagged } from "./client";
import { ApiError } from "./problem";

/** A merge patch (RFC 7396): members that are absent stay. */
export const kMergePatch = { "Content-Type": "application/merge-patch+json" };

interface Options<Value, Changes> {
  /** Which cached answers are old once it is saved; also what the resource is known by here. */
  queryKey: readonly string[];
  load: () => Promise<Tagged<Value>>;
  /** Sends the changes with `If-Match`. */
  save: (changes: Changes, etag: string) => Promise<unknown>;
  onSaved: () => void;
}

/**
 * A resource and what somebody wants changed in it. Only what was changed is sent, for the version that is on the
 * screen: when somebody else was faster (412), the newest version is loaded under the same changes, and seen before it
 * is saved.
 */
export function useChanges<Value extends object, Changes extends object>(options: Options<Value, Changes>) {
  const client = useQueryClient();
  const [changes, setChanges] = useState<Partial<Value> & Changes>({} as Partial<Value> & Changes);
  const base = useQuery({
    // Of its own: nothing but a person's wish may replace the version that is being changed.
    queryKey: ["changes", ...options.queryKey],
    queryFn: options.load,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
  const save = useMutation({
    mutationFn: () => options.save(changes, base.data?.etag ?? ""),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: options.queryKey.slice(0, 1) });
      options.onSaved();
    },
  });
  const set = <Name extends keyof Value>(name: Name, value: Value[Name]) =>
    setChanges((old) => ({ ...old, [name]: value }));
  return {
    value: base.data ? ({ ...base.data.value, ...changes } as Value) : undefined,
    base: base.data?.value,
    loadError: base.error,
    changes,
    changed: Object.keys(changes).length > 0,
    set,
    /** For what is written but never read, such as a password. */
    setAlso: (more: Partial<Changes>) => setChanges((old) => ({ ...old, ...more })),
    save: () => save.mutate(),
    saving: save.isPending,
    error: save.error,
    errors: save.error instanceof ApiError ? save.error.fieldErrors() : ({} as Record<string, string>),
    reload: async () => {
      await base.refetch();
      save.reset();
    },
  };
}

/** Lines of a text field as a list, and back; empty lines are none. */
export const linesOf = (list: readonly string[]) => list.join("\n");
export const listOf = (text: string) =>
  text
    .split(/[\n,]/)
    .map((line) => line.trim())
    .filter(Boolean);

/** The first refusal of a member or of something inside it. */
export function errorUnder(errors: Record<string, string>, pointer: string): string | undefined {
  const found = Object.entries(errors).find(([at]) => at === pointer || at.startsWith(`${pointer}/`));
  return found?.[1];
}
