-- When a CA outside would like its certificate to be renewed (RFC 9773), and when it is asked next; NULL: never.
ALTER TABLE planned_renewals ADD COLUMN suggested_from BIGINT;
ALTER TABLE planned_renewals ADD COLUMN suggested_until BIGINT;
ALTER TABLE planned_renewals ADD COLUMN ask_ca_at BIGINT;
-- RenewalRepository::to_ask, next_question
CREATE INDEX planned_renewals_to_ask ON planned_renewals (ask_ca_at, certificate_id) WHERE ask_ca_at IS NOT NULL;

UPDATE planned_renewals SET ask_ca_at = 0
 WHERE certificate_id IN (SELECT c.id FROM certificates c JOIN providers p ON p.id = c.provider_id WHERE p.kind = 'acme');
