-- Texts sort by their bytes, as they do on SQLite.
ALTER TABLE identity_links ALTER COLUMN issuer TYPE TEXT COLLATE "C", ALTER COLUMN subject TYPE TEXT COLLATE "C";
