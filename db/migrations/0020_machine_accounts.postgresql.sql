-- Texts sort by their bytes, as they do on SQLite; columns that a foreign key ties to another keep their table's order.
ALTER TABLE machine_accounts
    ALTER COLUMN name TYPE TEXT COLLATE "C", ALTER COLUMN description TYPE TEXT COLLATE "C",
    ALTER COLUMN domain_ids TYPE TEXT COLLATE "C", ALTER COLUMN source_cidrs TYPE TEXT COLLATE "C";
ALTER TABLE machine_secrets
    ALTER COLUMN id TYPE TEXT COLLATE "C", ALTER COLUMN secret_hash TYPE TEXT COLLATE "C";
ALTER TABLE machine_tokens
    ALTER COLUMN id TYPE TEXT COLLATE "C", ALTER COLUMN secret_id TYPE TEXT COLLATE "C",
    ALTER COLUMN token_hash TYPE TEXT COLLATE "C", ALTER COLUMN source_address TYPE TEXT COLLATE "C";
ALTER TABLE api_tokens ALTER COLUMN source_cidrs TYPE TEXT COLLATE "C";
