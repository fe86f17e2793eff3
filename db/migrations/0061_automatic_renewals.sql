-- When certificates are renewed by themselves: one row of settings for all, and a row for each certificate whose key the
-- platform made and that nothing has taken the place of. `plan` grows with everything by which what was planned has to be
-- worked out anew; a row of an older plan is stale.
CREATE TABLE renewal_settings (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    automatic SMALLINT NOT NULL CHECK (automatic IN (0, 1)),
    threshold_days BIGINT NOT NULL,
    lifetime_percent BIGINT NOT NULL,
    plan BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    revision BIGINT NOT NULL
);
INSERT INTO renewal_settings (id, automatic, threshold_days, lifetime_percent, plan, updated_at, revision)
VALUES (1, 1, 30, 34, 1, 0, 1);

CREATE TABLE planned_renewals (
    certificate_id TEXT PRIMARY KEY,
    automatic SMALLINT CHECK (automatic IN (0, 1)),
    threshold_days BIGINT,
    lifetime_percent BIGINT,
    due_at BIGINT,
    attempts BIGINT NOT NULL,
    last_error TEXT NOT NULL,
    plan BIGINT NOT NULL,
    revision BIGINT NOT NULL
);
-- RenewalRepository::due, next_due
CREATE INDEX planned_renewals_due ON planned_renewals (due_at, certificate_id) WHERE due_at IS NOT NULL;
-- RenewalRepository::stale
CREATE INDEX planned_renewals_by_plan ON planned_renewals (plan, certificate_id);

INSERT INTO planned_renewals (certificate_id, attempts, last_error, plan, revision)
SELECT c.id, 0, '', 0, 1
  FROM certificates c JOIN stored_keys k ON k.id = c.key_id
 WHERE c.source = 'managed' AND c.revoked_at IS NULL AND c.renewed_to IS NULL AND k.purpose = 'certificate';
