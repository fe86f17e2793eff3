-- Texts sort by their bytes, as they do on SQLite.
ALTER TABLE blocked_keys
    ALTER COLUMN note TYPE TEXT COLLATE "C", ALTER COLUMN actor_type TYPE TEXT COLLATE "C",
    ALTER COLUMN actor_id TYPE TEXT COLLATE "C", ALTER COLUMN actor_name TYPE TEXT COLLATE "C";
