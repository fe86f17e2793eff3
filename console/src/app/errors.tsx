import { type ErrorComponentProps, useRouter } from "@tanstack/react-router";
import { isStatus } from "~/api/problem";
import { Button, LinkButton } from "~/design/button";
import { ProblemNotice } from "~/design/notice";
import { Empty, Page } from "~/design/surfaces";

export function NotFound() {
  return (
    <Page title="Nothing here">
      <Empty
        icon="search"
        title="There is no page at this address"
        actions={
          <LinkButton to="/" look="primary">
            Go to the overview
          </LinkButton>
        }
      >
        The link may be mistyped, or it leads to something that you may not see.
      </Empty>
    </Page>
  );
}

export function Forbidden({ right }: { right?: string }) {
  return (
    <Page title="Not for your role">
      <Empty
        icon="lock"
        title="Your role does not include this"
        actions={<LinkButton to="/">Go to the overview</LinkButton>}
      >
        {right ? `It needs the right ${right}. ` : ""}Ask a Super Administrator when you need it.
      </Empty>
    </Page>
  );
}

/** A page whose data could not be had, or whose code could not be loaded after the server was updated. */
export function PageFailed({ error }: ErrorComponentProps) {
  const router = useRouter();
  if (isStatus(error, 403)) return <Forbidden />;
  if (isStatus(error, 404)) return <NotFound />;
  return (
    <Page title="This page could not be shown" narrow>
      <ProblemNotice error={error} />
      <div className="row">
        <Button icon="renew" look="primary" onClick={() => router.invalidate()}>
          Try again
        </Button>
        <Button onClick={() => window.location.reload()}>Load the console anew</Button>
      </div>
    </Page>
  );
}
