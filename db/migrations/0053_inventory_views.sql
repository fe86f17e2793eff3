-- Statistics of the whole inventory read this instead of the certificates themselves.
CREATE INDEX certificates_statistics ON certificates (valid_to, revoked_at, algorithm, digest);

-- Filters that somebody keeps, for themselves or for everybody.
CREATE TABLE saved_views (
    id TEXT PRIMARY KEY,
    owner_id TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    shared SMALLINT NOT NULL CHECK (shared IN (0, 1)),
    filter TEXT NOT NULL,
    sort TEXT NOT NULL,
    columns TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    revision BIGINT NOT NULL
);
CREATE UNIQUE INDEX saved_views_by_owner ON saved_views (owner_id, name);
CREATE INDEX saved_views_shared ON saved_views (name) WHERE shared = 1;

-- One change of many certificates, and what came of it for each.
CREATE TABLE batch_operations (
    id TEXT PRIMARY KEY,
    requester_type TEXT NOT NULL,
    requester_id TEXT NOT NULL,
    requester_name TEXT NOT NULL,
    scope TEXT NOT NULL,
    source_address TEXT NOT NULL,
    request_id TEXT NOT NULL,
    change TEXT NOT NULL,
    total BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    finished_at BIGINT
);
CREATE INDEX batch_operations_by_requester ON batch_operations (requester_id, created_at, id);
CREATE TABLE batch_items (
    operation_id TEXT NOT NULL,
    number BIGINT NOT NULL,
    certificate_id TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('pending', 'succeeded', 'failed')),
    code TEXT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (operation_id, number)
);
CREATE INDEX batch_items_by_outcome ON batch_items (operation_id, outcome, number);
