-- Texts sort by their bytes, as they do on SQLite.
ALTER TABLE totp_enrolments ALTER COLUMN sealed_secret TYPE TEXT COLLATE "C";
ALTER TABLE recovery_codes ALTER COLUMN code_hash TYPE TEXT COLLATE "C";
