import { api, body } from "~/api/client";
import type { Schema } from "~/api/types";

const kAtOnce = 4;

/** How many certificates a condition holds for; none of them is fetched but the first. */
export async function countOf(filter: Schema<"CertificateCondition">): Promise<number> {
  const page = await body(api.POST("/api/v1/certificates/search", { body: { filter, limit: 1, include_total: true } }));
  return page.total ?? 0;
}

/** Asks for many things, a few at a time: a picture is no reason to keep everybody else waiting. */
export async function inTurn<Wanted, Answer>(
  wanted: readonly Wanted[],
  ask: (one: Wanted) => Promise<Answer> | Answer,
): Promise<Answer[]> {
  const answers: Answer[] = new Array(wanted.length);
  let next = 0;
  const work = async () => {
    while (next < wanted.length) {
      const at = next++;
      answers[at] = await ask(wanted[at] as Wanted);
    }
  };
  await Promise.all(Array.from({ length: kAtOnce }, work));
  return answers;
}
