-- Leaves not to meet a rule of a policy. None is ever removed: one that ends is expired or revoked.
CREATE TABLE policy_waivers (
    id TEXT PRIMARY KEY,
    policy_id TEXT NOT NULL,
    policy_version BIGINT NOT NULL,
    rule TEXT NOT NULL,
    names TEXT NOT NULL,
    certificate_id TEXT,
    order_id TEXT,
    reason TEXT NOT NULL,
    approver_type TEXT NOT NULL,
    approver_id TEXT NOT NULL,
    approver_name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT,
    revoked_by TEXT,
    revision BIGINT NOT NULL
);

-- list
CREATE INDEX policy_waivers_by_time ON policy_waivers (created_at, id);
CREATE INDEX policy_waivers_by_policy ON policy_waivers (policy_id, created_at, id);
