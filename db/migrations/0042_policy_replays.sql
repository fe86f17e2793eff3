-- Policies run over the inventory and the orders. `phase` and `after_…` say how far one has come.
CREATE TABLE policy_replays (
    id TEXT PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN ('pending', 'running', 'complete', 'cancelled', 'failed')),
    policy_id TEXT,
    policy_version BIGINT,
    document TEXT NOT NULL,
    certificates TEXT NOT NULL CHECK (certificates IN ('active', 'all', 'none')),
    order_days BIGINT NOT NULL,
    requester_type TEXT NOT NULL,
    requester_id TEXT NOT NULL,
    requester_name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    started_at BIGINT,
    completed_at BIGINT,
    certificate_total BIGINT NOT NULL,
    order_total BIGINT NOT NULL,
    phase TEXT NOT NULL CHECK (phase IN ('certificates', 'orders')),
    after_value TEXT NOT NULL,
    after_id TEXT NOT NULL,
    tally TEXT NOT NULL,
    error TEXT,
    revision BIGINT NOT NULL
);

-- list; those under way
CREATE INDEX policy_replays_by_time ON policy_replays (created_at, id);
CREATE INDEX policy_replays_under_way ON policy_replays (state) WHERE state IN ('pending', 'running');
