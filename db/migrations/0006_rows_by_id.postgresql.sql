-- Small rows that change a few times while they are young: with room on their page the change stays on it, and no index
-- is touched.
ALTER TABLE acme_orders SET (fillfactor = 80);
ALTER TABLE acme_authorizations SET (fillfactor = 80);
ALTER TABLE acme_challenges SET (fillfactor = 80);
ALTER TABLE jobs SET (fillfactor = 80);
