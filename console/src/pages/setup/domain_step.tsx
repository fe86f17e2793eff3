import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, body } from "~/api/client";
import { useIdempotencyKey } from "~/api/idempotency";
import { ApiError } from "~/api/problem";
import type { Schema } from "~/api/types";
import { Tag } from "~/design/badge";
import { Button } from "~/design/button";
import { TextField } from "~/design/field";
import { ProblemNotice } from "~/design/notice";
import { toast } from "~/design/toast";
import { Step } from "./step";

export function DomainStep({ domains, error }: { domains: Schema<"Domain">[] | undefined; error: unknown }) {
  const client = useQueryClient();
  const keyFor = useIdempotencyKey();
  const [name, setName] = useState("");
  const add = useMutation({
    mutationFn: () =>
      body(api.POST("/api/v1/domains", { params: { header: { "Idempotency-Key": keyFor(name) } }, body: { name } })),
    onSuccess: async (domain) => {
      setName("");
      await client.invalidateQueries({ queryKey: ["domains"] });
      toast(`${domain.name} is registered.`);
    },
  });
  const wrong = add.error instanceof ApiError ? add.error.fieldErrors()["/name"] : undefined;
  const enabled = domains?.filter((domain) => domain.enabled) ?? [];
  return (
    <Step
      title="1. Domains"
      done={enabled.length > 0}
      error={error}
      lead="Certificates are issued for registered domains only. A domain covers every name below it."
    >
      <div className="row">
        {enabled.map((domain) => (
          <Tag key={domain.id}>{domain.name}</Tag>
        ))}
      </div>
      {!wrong && <ProblemNotice error={add.error} />}
      <form
        className="inline-form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          add.mutate();
        }}
      >
        <TextField
          label="Another domain"
          placeholder="example.com"
          spellCheck={false}
          value={name}
          error={wrong}
          onChange={(event) => setName(event.target.value)}
        />
        <Button type="submit" busy={add.isPending} disabled={!name.trim()}>
          Register
        </Button>
      </form>
    </Step>
  );
}
