import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, body } from "~/api/client";
import { useIdempotencyKey } from "~/api/idempotency";
import { ApiError } from "~/api/problem";
import type { Schema } from "~/api/types";
import { Status } from "~/design/badge";
import { Button } from "~/design/button";
import { Copyable } from "~/design/copy";
import { SelectField, TextField } from "~/design/field";
import { ProblemNotice } from "~/design/notice";
import { toast } from "~/design/toast";
import { Step } from "./step";

/** "Internal services" becomes "internal-services". */
const slugOf = (name: string) =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");

export function AcmeStep({
  servers,
  authorities,
  error,
}: {
  servers: Schema<"AcmeServer">[] | undefined;
  authorities: Schema<"Authority">[];
  error: unknown;
}) {
  const client = useQueryClient();
  const keyFor = useIdempotencyKey();
  const issuing = authorities.filter((one) => one.kind === "intermediate" && one.status === "active" && !one.retired);
  const [name, setName] = useState("");
  const [authority, setAuthority] = useState("");
  const chosen = authority || issuing.at(-1)?.id || "";
  const create = useMutation({
    mutationFn: () => {
      const wanted = { name, slug: slugOf(name), authority_id: chosen };
      return body(
        api.POST("/api/v1/acme-servers", { params: { header: { "Idempotency-Key": keyFor(wanted) } }, body: wanted }),
      );
    },
    onSuccess: async (made) => {
      setName("");
      await client.invalidateQueries({ queryKey: ["acme-servers"] });
      toast(`The ACME server ${made.name} is created.`);
    },
  });
  const errors = create.error instanceof ApiError ? create.error.fieldErrors() : {};
  const own = errors["/name"] ?? errors["/slug"];
  return (
    <Step
      title="3. ACME server"
      done={Boolean(servers?.some((one) => one.active))}
      error={error}
      lead="A directory that certbot, lego, Caddy and other clients get certificates from by themselves."
    >
      <ul className="plain-list">
        {servers?.map((one) => (
          <li key={one.id}>
            <span className="grow">
              <strong>{one.name}</strong>
              <Copyable value={one.directory_url} label="directory URL" />
            </span>
            <Status state={one.active ? "active" : "inactive"} />
          </li>
        ))}
      </ul>
      {!own && <ProblemNotice error={create.error} shown={["/name", "/slug", "/authority_id"]} />}
      <form
        className="inline-form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate();
        }}
      >
        <TextField
          label="Another server"
          placeholder="Internal services"
          value={name}
          error={own}
          onChange={(event) => setName(event.target.value)}
        />
        <SelectField
          label="Signing CA"
          value={chosen}
          error={errors["/authority_id"]}
          onChange={(event) => setAuthority(event.target.value)}
        >
          {issuing.map((one) => (
            <option key={one.id} value={one.id}>
              {one.name}
            </option>
          ))}
        </SelectField>
        <Button type="submit" busy={create.isPending} disabled={!slugOf(name) || !chosen}>
          Create
        </Button>
      </form>
    </Step>
  );
}
