-- Revocations that a certificate authority outside has to carry out, and whether it has.
CREATE TABLE revocation_dispatches (
    certificate_id TEXT PRIMARY KEY,
    provider_id TEXT NOT NULL,
    job_id TEXT,
    reason TEXT NOT NULL CHECK (reason IN ('unspecified', 'keyCompromise', 'cACompromise', 'affiliationChanged',
                                           'superseded', 'cessationOfOperation')),
    recorded_at BIGINT NOT NULL,
    published_at BIGINT,
    failed_at BIGINT,
    tries BIGINT NOT NULL,
    last_words TEXT NOT NULL
);
