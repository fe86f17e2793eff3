-- What expires in a span of time, in the order in which it came here (db/repositories/certificate_terms.cpp): the expression is
-- the certificate's term there.
CREATE INDEX certificates_by_term ON certificates
    ((CASE WHEN valid_to < created_at THEN -1
           WHEN valid_to - created_at < 34560000000 THEN (valid_to - created_at) / 86400000
           ELSE 400 + (valid_to - created_at - 34560000000) / 2592000000 END), created_at, id, valid_to);

-- Revoked ones by expiry: among all the others the next page may be far.
CREATE INDEX certificates_revoked_by_valid_to ON certificates (valid_to, id) WHERE revoked_at IS NOT NULL;

-- Those of one CA or provider, newest first, and of a CA by expiry, too: of one that was retired long ago the newest is
-- behind all that came since.
DROP INDEX certificates_by_authority;
DROP INDEX certificates_by_provider;
CREATE INDEX certificates_by_authority ON certificates (authority_id, created_at, id) WHERE authority_id IS NOT NULL;
CREATE INDEX certificates_by_provider ON certificates (provider_id, created_at, id) WHERE provider_id IS NOT NULL;
CREATE INDEX certificates_of_authority_by_valid_to ON certificates (authority_id, valid_to, id) WHERE authority_id IS NOT NULL;

-- Others that are few among many, by expiry.
CREATE INDEX certificates_discovered_by_valid_to ON certificates (valid_to, id) WHERE source = 'discovered';
CREATE INDEX certificates_with_warnings_by_valid_to ON certificates (valid_to, id) WHERE policy_warnings <> '[]';
