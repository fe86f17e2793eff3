-- What the inventory is narrowed by and few certificates have. None of these is paid for by a certificate that an ACME client
-- orders: it has no key here, and no owner.

-- has_private_key, by arrival and by expiry; owner_type
CREATE INDEX certificates_with_key ON certificates (created_at, id) WHERE key_id IS NOT NULL;
CREATE INDEX certificates_with_key_by_valid_to ON certificates (valid_to, id) WHERE key_id IS NOT NULL;
CREATE INDEX certificates_by_owner_type ON certificates (owner_type) WHERE owner_type <> '';
