import { Page } from "~/design/surfaces";
import { TokenList } from "./list";

export default function ApiTokensPage() {
  return (
    <Page
      title="Your API tokens"
      lead="For scripts that act for you. For programs of their own, make a service account. Tokens of others are on their pages."
    >
      <TokenList />
    </Page>
  );
}
