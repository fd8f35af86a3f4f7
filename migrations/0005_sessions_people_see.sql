-- For the list of one's sessions, and for replacing the refresh token of a browser that only ever loads pages.
ALTER TABLE sessions ADD COLUMN browser TEXT;                              -- in plain words (control/auth/browser.ts)
ALTER TABLE sessions ADD COLUMN last_used_at INTEGER;                      -- to within ten minutes
ALTER TABLE refresh_tokens ADD COLUMN created_at INTEGER NOT NULL DEFAULT 0;
