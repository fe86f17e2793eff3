-- What lists need beyond 0002. A filter that most rows pass, or whose rows lie close together (provider, CA, issuer,
-- algorithm, type), has none of its own: the list walks the index of its order and stops at the end of the page. A value
-- that few rows have is found by an index of those rows alone, which the other rows do not pay for.

-- one person's own, newest first as lists are by default
DROP INDEX certificates_by_requester;
CREATE INDEX certificates_by_requester ON certificates (requester_id, created_at, id);
CREATE INDEX certificates_discovered ON certificates (created_at, id) WHERE source = 'discovered';
CREATE INDEX certificates_revoked_newest ON certificates (created_at, id) WHERE revoked_at IS NOT NULL;
CREATE INDEX certificates_superseded ON certificates (created_at, id) WHERE renewed_to IS NOT NULL;

CREATE INDEX orders_failed ON orders (submitted_at, id) WHERE status = 'failed';
CREATE INDEX audit_events_failed ON audit_events (sequence) WHERE outcome = 'failure';
CREATE INDEX alerts_open ON alerts (last_at, id) WHERE state = 'open';

-- configuration, in the order of its lists
CREATE INDEX users_by_email ON users (email, id);
CREATE INDEX domains_by_name ON domains (name, id);
CREATE INDEX providers_by_name ON providers (name, id);
CREATE INDEX acme_servers_by_slug ON acme_servers (slug, id);
CREATE INDEX policies_by_creation ON policies (created_at, id) WHERE retired_at IS NULL;
CREATE INDEX authorities_by_creation ON authorities (created_at, id);
CREATE INDEX authorities_by_parent ON authorities (parent_id);
DROP INDEX stored_keys_by_purpose;
CREATE INDEX stored_keys_by_purpose ON stored_keys (purpose, created_at, id);
DROP INDEX api_tokens_by_user;
CREATE INDEX api_tokens_by_user ON api_tokens (user_id, created_at, id);
