-- Who blocked a key and by what, for the list of blocked keys; keys blocked before were so by revocations.
ALTER TABLE blocked_keys ADD COLUMN note TEXT NOT NULL DEFAULT '';
ALTER TABLE blocked_keys ADD COLUMN actor_type TEXT NOT NULL DEFAULT 'system';
ALTER TABLE blocked_keys ADD COLUMN actor_id TEXT NOT NULL DEFAULT 'system';
ALTER TABLE blocked_keys ADD COLUMN actor_name TEXT NOT NULL DEFAULT '';
-- BlockedKeyRepository::list
CREATE INDEX blocked_keys_by_creation ON blocked_keys (created_at, spki_sha256);
