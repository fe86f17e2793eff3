-- Many revocations confirmed by one code. The set is fixed when it is previewed; each of its certificates has a result
-- once the job has come to it.
CREATE TABLE revocation_batches (
    id TEXT PRIMARY KEY,
    status TEXT NOT NULL CHECK (status IN ('previewed', 'running', 'complete')),
    actor_type TEXT NOT NULL,
    actor_id TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    selection TEXT NOT NULL,
    set_hash TEXT NOT NULL,
    total BIGINT NOT NULL,
    code_mac TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    reason TEXT NOT NULL,
    source_address TEXT NOT NULL,
    request_id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    confirmed_at BIGINT,
    completed_at BIGINT,
    revision BIGINT NOT NULL
);
-- list, of everybody and of one person
CREATE INDEX revocation_batches_by_creation ON revocation_batches (created_at, id);
CREATE INDEX revocation_batches_by_actor ON revocation_batches (actor_id, created_at, id);

CREATE TABLE revocation_batch_items (
    batch_id TEXT NOT NULL,
    position BIGINT NOT NULL,
    certificate_id TEXT NOT NULL,
    result TEXT CHECK (result IN ('revoked', 'already_revoked', 'failed')),
    detail TEXT NOT NULL,
    done_at BIGINT,
    PRIMARY KEY (batch_id, position, certificate_id)
);
-- open_items
CREATE INDEX revocation_batch_items_open ON revocation_batch_items (batch_id, position) WHERE result IS NULL;
-- count_sharing_keys
CREATE UNIQUE INDEX revocation_batch_items_by_certificate ON revocation_batch_items (batch_id, certificate_id);
