-- Guesses at passwords that failed, counted by account and address, and by account alone; and requests for reset links, by
-- account. Exact and for hours, which the rate limit bindings are not (control/auth/attempts.ts).
CREATE TABLE attempts (
  key TEXT PRIMARY KEY,                    -- HMAC: says nothing of whom it counts
  count INTEGER NOT NULL,
  until INTEGER NOT NULL                   -- when the count begins anew
) STRICT, WITHOUT ROWID;
CREATE INDEX attempts_until ON attempts (until);

-- Open password resets. A user may have several, so that whoever asks for a link does not end the one in somebody's mail.
-- users.reset_hash and reset_expires_at, which held one, are no longer read.
CREATE TABLE password_resets (
  hash TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  expires_at INTEGER NOT NULL,
  mailed INTEGER NOT NULL                  -- 1: only who reads the mails of the address has the link
) STRICT, WITHOUT ROWID;
CREATE INDEX password_resets_user ON password_resets (user_id);
CREATE INDEX password_resets_expiry ON password_resets (expires_at);
INSERT INTO password_resets (hash, user_id, expires_at, mailed)
  SELECT reset_hash, id, reset_expires_at, 0 FROM users WHERE reset_hash IS NOT NULL AND reset_expires_at IS NOT NULL;
