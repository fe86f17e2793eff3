-- Every filter of the inventory has an index that finds its rows where they are few (db/repositories/certificate_conditions).
-- A value that most certificates have needs none: those are walked in the order of the list.

CREATE INDEX certificates_by_provider ON certificates (provider_id) WHERE provider_id IS NOT NULL;
CREATE INDEX certificates_by_authority ON certificates (authority_id) WHERE authority_id IS NOT NULL;
CREATE INDEX certificates_by_issuer ON certificates (issuer);
CREATE INDEX certificates_by_valid_from ON certificates (valid_from);
-- without what most certificates are, so that those do not pay for it
CREATE INDEX certificates_by_rare_algorithm ON certificates (algorithm) WHERE algorithm <> 'ec-256';
CREATE INDEX certificates_by_rare_digest ON certificates (digest) WHERE digest <> 'sha256';
CREATE INDEX certificates_by_rare_requester_type ON certificates (requester_type) WHERE requester_type <> 'acme_client';
CREATE INDEX certificates_by_rare_source ON certificates (source) WHERE source <> 'managed';
CREATE INDEX certificates_by_revocation ON certificates (revoked_at) WHERE revoked_at IS NOT NULL;
CREATE INDEX certificates_by_revocation_reason ON certificates (revocation_reason) WHERE revocation_reason IS NOT NULL;
CREATE INDEX certificates_by_renewed_from ON certificates (renewed_from) WHERE renewed_from IS NOT NULL;
CREATE INDEX certificates_by_renewed_to ON certificates (renewed_to) WHERE renewed_to IS NOT NULL;
CREATE INDEX certificates_with_warnings ON certificates (created_at, id) WHERE policy_warnings <> '[]';

-- the names of the certificate at hand
CREATE INDEX certificate_names_by_certificate ON certificate_names (certificate_id, reversed_name);
-- and its tags
CREATE INDEX certificate_tags_by_certificate ON certificate_tags (certificate_id, tag);
