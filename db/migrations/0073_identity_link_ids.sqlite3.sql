-- Links can be shown and removed one by one. Those that are there get ids of the same shape, though not of their time.
ALTER TABLE identity_links ADD COLUMN id TEXT NOT NULL DEFAULT '';
UPDATE identity_links
   SET id = lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-a' ||
                  substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)));
CREATE UNIQUE INDEX identity_links_by_id ON identity_links (id);
