-- AlertRepository::resolve_about
CREATE INDEX alerts_by_resource ON alerts (resource_id, kind) WHERE state <> 'resolved';
-- RevocationBatchRepository::remove_unconfirmed
CREATE INDEX revocation_batches_unconfirmed ON revocation_batches (expires_at) WHERE status = 'previewed';
