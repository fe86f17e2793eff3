-- Each index is for a function of a repository, named beside it. The hot tables have no other: every index is paid for at
-- every insert.

-- list and count by sort order
CREATE INDEX certificates_by_valid_to ON certificates (valid_to, id);
CREATE INDEX certificates_by_created_at ON certificates (created_at, id);
CREATE INDEX certificates_by_common_name ON certificates (common_name, id);
-- one person's own, in the order that lists have by default
CREATE INDEX certificates_by_requester ON certificates (requester_id, valid_to, id);
-- find_by_fingerprint; the same certificate is in the inventory once
CREATE UNIQUE INDEX certificates_by_fingerprint ON certificates (fingerprint_sha256);
-- find_by_serial, and the filter by serial number alone
CREATE INDEX certificates_by_serial ON certificates (serial_number, authority_id);
-- find_by_order
CREATE INDEX certificates_by_order ON certificates (order_id) WHERE order_id IS NOT NULL;
-- count_by_spki
CREATE INDEX certificates_by_spki ON certificates (spki_sha256);
-- count_active_by_name_set
CREATE INDEX certificates_by_name_set ON certificates (name_set, valid_to);
-- revoked_entries
CREATE INDEX certificates_revoked ON certificates (authority_id, valid_to) WHERE revoked_at IS NOT NULL;

-- list by submission, of everybody and of one requester
CREATE INDEX orders_by_submission ON orders (submitted_at, id);
CREATE INDEX orders_by_requester ON orders (requester_id, submitted_at, id);
CREATE INDEX orders_by_common_name ON orders (common_name, submitted_at, id);
-- unfinished
CREATE INDEX orders_unfinished ON orders (submitted_at, id) WHERE status NOT IN ('complete', 'failed');

-- any_with_spki; counters
CREATE INDEX acme_accounts_by_spki ON acme_accounts (spki_sha256);
CREATE INDEX acme_accounts_by_server ON acme_accounts (server_id);
-- list_by_account
CREATE INDEX acme_orders_by_account ON acme_orders (account_id, id);
-- counters
CREATE INDEX acme_orders_by_server ON acme_orders (server_id);
CREATE INDEX acme_orders_certified ON acme_orders (server_id) WHERE certificate_id IS NOT NULL;
-- find_by_inventory_order
CREATE INDEX acme_orders_by_order ON acme_orders (order_id) WHERE order_id IS NOT NULL;
-- sweep
CREATE INDEX acme_orders_expiring ON acme_orders (expires_at) WHERE status IN ('pending', 'ready', 'invalid');
-- find_valid_authorization
CREATE INDEX acme_authorizations_valid ON acme_authorizations (account_id, identifier) WHERE status = 'valid';
-- challenges of an authorization
CREATE INDEX acme_challenges_by_authorization ON acme_challenges (authorization_id);

-- list by sequence, narrowed
CREATE INDEX audit_events_by_id ON audit_events (id);
CREATE INDEX audit_events_by_at ON audit_events (at, sequence);
CREATE INDEX audit_events_by_action ON audit_events (action, sequence);
CREATE INDEX audit_events_by_actor ON audit_events (actor_id, sequence);
CREATE INDEX audit_events_by_resource ON audit_events (resource_id, sequence);
CREATE INDEX audit_events_by_request ON audit_events (request_id);

-- claim, next_due and release: jobs that nobody works on, and those somebody does
CREATE INDEX jobs_free ON jobs (run_at) WHERE lease_owner = '';
CREATE INDEX jobs_leased ON jobs (lease_until) WHERE lease_owner <> '';

CREATE INDEX alerts_by_last_at ON alerts (last_at, id);
CREATE INDEX stored_keys_by_purpose ON stored_keys (purpose);
CREATE INDEX stored_keys_by_spki ON stored_keys (spki_sha256);
CREATE INDEX api_tokens_by_user ON api_tokens (user_id);
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
CREATE INDEX revocation_challenges_by_expiry ON revocation_challenges (expires_at);
-- one policy of a name that is evaluated; retired ones keep theirs
CREATE UNIQUE INDEX policies_by_name ON policies (name) WHERE retired_at IS NULL;
