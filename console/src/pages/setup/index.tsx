import "./setup.css";
import { useQuery } from "@tanstack/react-query";
import { acmeServersQuery, authoritiesQuery, domainsQuery } from "~/api/lookups";
import { useMe } from "~/api/me";
import { Forbidden } from "~/app/errors";
import { LinkButton } from "~/design/button";
import { Page } from "~/design/surfaces";
import { AcmeStep } from "./acme_step";
import { AuthorityStep } from "./authority_step";
import { ClientStep } from "./client_step";
import { DomainStep } from "./domain_step";

const kNeeded = ["ManageAuthorities", "ManageDomains", "ManageAcmeServers"];

/**
 * From a new server to the first certificate. Each step shows what there is, so that it can be left and come back to;
 * what the server made at its first start counts as done.
 */
export default function SetupPage() {
  const { rights } = useMe();
  const domains = useQuery(domainsQuery);
  const authorities = useQuery(authoritiesQuery);
  const servers = useQuery(acmeServersQuery);
  const missing = kNeeded.find((right) => !rights.includes(right));
  if (missing) return <Forbidden right={missing} />;
  return (
    <Page
      title="Set up Chancery"
      narrow
      lead="Four things make a CA that serves. All of them can be changed later, on their own pages."
      actions={
        <LinkButton to="/" look="quiet">
          To the overview
        </LinkButton>
      }
    >
      <ol className="steps">
        <DomainStep domains={domains.data} error={domains.error} />
        <AuthorityStep authorities={authorities.data} error={authorities.error} />
        <AcmeStep servers={servers.data} authorities={authorities.data ?? []} error={servers.error} />
        <ClientStep servers={servers.data ?? []} authorities={authorities.data ?? []} domains={domains.data ?? []} />
      </ol>
    </Page>
  );
}
