-- Texts sort by their bytes, as they do on SQLite.
ALTER TABLE machine_accounts ALTER COLUMN certificate_ids TYPE TEXT COLLATE "C";
ALTER TABLE machine_certificates ALTER COLUMN certificate_id TYPE TEXT COLLATE "C";
