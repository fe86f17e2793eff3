-- Orders that renew a certificate, or replace it by ACME: OrderRepository::replacing.
CREATE INDEX orders_replacing ON orders (renews_certificate, submitted_at, id) WHERE renews_certificate IS NOT NULL;
-- OrderRepository::open_renewal; a certificate has one renewal under way.
CREATE UNIQUE INDEX orders_open_renewals ON orders (renews_certificate)
    WHERE kind = 'renewal' AND status NOT IN ('complete', 'failed');
