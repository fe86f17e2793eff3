-- Small rows live in their key's own tree; the sequence is the row number.

-- Any name of a certificate, lower case and written backwards: an exact name is one key, a domain and all below it is one
-- key and one range.
CREATE TABLE certificate_names (
    reversed_name TEXT NOT NULL,
    certificate_id TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (reversed_name, certificate_id)
) WITHOUT ROWID;

CREATE TABLE certificate_tags (
    tag TEXT NOT NULL,
    certificate_id TEXT NOT NULL,
    PRIMARY KEY (tag, certificate_id)
) WITHOUT ROWID;

CREATE TABLE acme_order_authorizations (
    authorization_id TEXT NOT NULL,
    order_id TEXT NOT NULL,
    PRIMARY KEY (authorization_id, order_id)
) WITHOUT ROWID;

CREATE TABLE audit_events (
    sequence INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    at BIGINT NOT NULL,
    actor_type TEXT NOT NULL CHECK (actor_type IN ('user', 'courier', 'service_account', 'acme_client', 'system')),
    actor_id TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    source_address TEXT NOT NULL,
    action TEXT NOT NULL,
    resource_type TEXT NOT NULL,
    resource_id TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('success', 'failure')),
    request_id TEXT NOT NULL,
    details TEXT NOT NULL,
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL
);

CREATE TRIGGER audit_events_no_update BEFORE UPDATE ON audit_events
BEGIN
    SELECT RAISE(ABORT, 'audit_events is append-only');
END;

CREATE TRIGGER audit_events_no_delete BEFORE DELETE ON audit_events
BEGIN
    SELECT RAISE(ABORT, 'audit_events is append-only');
END;
