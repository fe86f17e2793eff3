-- Links can be shown and removed one by one. Those that are there get ids of the same shape, though not of their time.
ALTER TABLE identity_links ADD COLUMN id TEXT COLLATE "C" NOT NULL DEFAULT '';
UPDATE identity_links SET id = CAST(gen_random_uuid() AS TEXT);
CREATE UNIQUE INDEX identity_links_by_id ON identity_links (id);
