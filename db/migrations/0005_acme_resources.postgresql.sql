-- Texts sort by their bytes, as they do on SQLite.
ALTER TABLE acme_servers
    ALTER COLUMN profiles TYPE TEXT COLLATE "C", ALTER COLUMN limits TYPE TEXT COLLATE "C",
    ALTER COLUMN explanation_url TYPE TEXT COLLATE "C";
ALTER TABLE acme_accounts
    ALTER COLUMN agreed_terms TYPE TEXT COLLATE "C", ALTER COLUMN external_account_binding TYPE TEXT COLLATE "C";
ALTER TABLE acme_orders ALTER COLUMN profile TYPE TEXT COLLATE "C", ALTER COLUMN replaces TYPE TEXT COLLATE "C";
ALTER TABLE acme_authorizations ALTER COLUMN binding_id TYPE TEXT COLLATE "C";
ALTER TABLE acme_external_accounts
    ALTER COLUMN id TYPE TEXT COLLATE "C", ALTER COLUMN server_id TYPE TEXT COLLATE "C",
    ALTER COLUMN name TYPE TEXT COLLATE "C", ALTER COLUMN key_id TYPE TEXT COLLATE "C",
    ALTER COLUMN sealed_secret TYPE TEXT COLLATE "C";
ALTER TABLE acme_bindings
    ALTER COLUMN id TYPE TEXT COLLATE "C", ALTER COLUMN account_id TYPE TEXT COLLATE "C",
    ALTER COLUMN identifier_type TYPE TEXT COLLATE "C", ALTER COLUMN identifier TYPE TEXT COLLATE "C";
ALTER TABLE acme_preauthorizations ALTER COLUMN authorization_id TYPE TEXT COLLATE "C";
ALTER TABLE acme_limits ALTER COLUMN limit_key TYPE TEXT COLLATE "C";
ALTER TABLE acme_failures
    ALTER COLUMN account_id TYPE TEXT COLLATE "C", ALTER COLUMN identifier TYPE TEXT COLLATE "C",
    ALTER COLUMN identifier_type TYPE TEXT COLLATE "C";
