-- Texts sort by their bytes, as they do on SQLite.
ALTER TABLE planned_renewals
    ALTER COLUMN certificate_id TYPE TEXT COLLATE "C", ALTER COLUMN last_error TYPE TEXT COLLATE "C";
