import { useQuery } from "@tanstack/react-query";
import { api, body } from "~/api/client";
import { useNameOf } from "~/api/lookups";
import { ProblemNotice } from "~/design/notice";
import { Empty, Loading, Panel } from "~/design/surfaces";
import { plural } from "~/design/time";
import { DurationsPicture } from "~/pictures/durations";

const kDays = 90;

export function DurationsPanel() {
  const names = useNameOf();
  const durations = useQuery({
    queryKey: ["stats", "order-durations"],
    queryFn: () => body(api.GET("/api/v1/stats/order-durations", { params: { query: { days: kDays } } })),
  });
  const spreads = durations.data?.providers.map((one) => ({
    id: one.provider_id,
    name: names.provider(one.provider_id),
    orders: one.orders,
    p50: one.p50_ms,
    p95: one.p95_ms,
    p99: one.p99_ms,
  }));
  return (
    <Panel title="How long orders take" lead="From submission to the certificate, by provider.">
      <ProblemNotice error={durations.error} onRetry={() => durations.refetch()} />
      {durations.isPending && <Loading />}
      {spreads?.length === 0 && (
        <Empty icon="clock" title={`No order of the last ${kDays} days is complete`}>
          Half of the orders are faster than p50, 99 of 100 are faster than p99.
        </Empty>
      )}
      {durations.data && spreads && spreads.length > 0 && (
        <DurationsPicture
          spreads={spreads}
          caption={`Of ${plural(durations.data.total, "complete order")} of the last ${kDays} days. The scale is logarithmic.`}
        />
      )}
    </Panel>
  );
}
