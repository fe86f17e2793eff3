import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api, body } from "~/api/client";
import { useNameOf } from "~/api/lookups";
import { ProblemNotice } from "~/design/notice";
import { Empty, Loading, Panel } from "~/design/surfaces";
import { plural } from "~/design/time";
import { DurationsPicture, percentile } from "~/pictures/durations";

const kSample = 200;

/** The newest orders are a sample that is honest about what it is; the API counts no durations. */
export function DurationsPanel() {
  const names = useNameOf();
  const orders = useQuery({
    queryKey: ["orders", "durations"],
    staleTime: 300_000,
    queryFn: () => body(api.GET("/api/v1/orders", { params: { query: { status: ["complete"], limit: kSample } } })),
  });
  const spreads = useMemo(() => {
    const byProvider = new Map<string, number[]>();
    for (const order of orders.data?.items ?? []) {
      if (order.duration_ms === null) continue;
      byProvider.set(order.provider_id, [...(byProvider.get(order.provider_id) ?? []), order.duration_ms]);
    }
    return [...byProvider].map(([id, durations]) => {
      const sorted = durations.toSorted((a, b) => a - b);
      return {
        id,
        orders: sorted.length,
        p50: percentile(sorted, 0.5),
        p95: percentile(sorted, 0.95),
        p99: percentile(sorted, 0.99),
      };
    });
  }, [orders.data]);
  const examined = spreads.reduce((sum, one) => sum + one.orders, 0);
  return (
    <Panel title="How long orders take" lead="From submission to the certificate, by provider.">
      <ProblemNotice error={orders.error} onRetry={() => orders.refetch()} />
      {orders.isPending && <Loading />}
      {orders.data && spreads.length === 0 && (
        <Empty icon="clock" title="No order is complete yet">
          Half of the orders are faster than p50, 99 of 100 are faster than p99.
        </Empty>
      )}
      {spreads.length > 0 && (
        <DurationsPicture
          spreads={spreads.map((one) => ({ ...one, name: names.provider(one.id) }))}
          caption={`Of the newest ${plural(examined, "complete order")}. The scale is logarithmic.`}
        />
      )}
    </Panel>
  );
}
