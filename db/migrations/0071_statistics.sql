-- Statistics read these instead of the rows: what expires by what follows, what came here by how, how long orders took.
DROP INDEX certificates_statistics;
CREATE INDEX certificates_statistics
    ON certificates (valid_to, revoked_at, algorithm, digest, renewed_to, requester_type, id);
DROP INDEX certificates_by_created_at;
CREATE INDEX certificates_by_created_at ON certificates (created_at, id, source, requester_type);
-- OrderRepository::count_between, durations
-- with the status, which SQLite looks at all the same
CREATE INDEX orders_complete ON orders (submitted_at, provider_id, completed_at, status) WHERE status = 'complete';
