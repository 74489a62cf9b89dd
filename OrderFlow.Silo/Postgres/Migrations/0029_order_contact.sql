-- Whom to notify: personal data, in no event. Without a default no row is rewritten. 1.0.0 leaves both columns alone.
ALTER TABLE orders ADD COLUMN contact_email text, ADD COLUMN contact_locale text;
