-- Links that confirm an address work for 24 hours, those of before from now on.
ALTER TABLE users ADD COLUMN email_verification_expires_at INTEGER;
UPDATE users SET email_verification_expires_at = (unixepoch() + 86400) * 1000 WHERE email_verification_hash IS NOT NULL;
