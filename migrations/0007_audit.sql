-- What people and programs did with this server. Append-only: an event is written in the batch of what it tells of, and is never
-- changed but for two things. While its hour lasts, one that counts (failed sign-ins) counts on; and then the hourly job seals it
-- with a hash that goes over the event and the hash of the one before (control/audit/chain.ts). That job also makes the triggers
-- that hold this (control/audit/keep.ts): triggers in migrations have failed on the remote path. No foreign keys: what an event
-- tells of may be gone.
CREATE TABLE audit_events (
  id INTEGER PRIMARY KEY AUTOINCREMENT,    -- the order of the chain
  at INTEGER NOT NULL,
  action TEXT NOT NULL,                    -- one of control/audit/events.ts
  actor_id TEXT,                           -- who did it; NULL: nobody who is known
  actor_email TEXT,                        -- as it was then
  via TEXT,                                -- what they showed: auth_token, api_token or session
  credential TEXT,                         -- the hint of the API Token, or the id of the session
  address TEXT,                            -- HMAC under the JWT secret, or as it is where NC_AUDIT_ADDRESS says so
  request_id TEXT,
  project_id TEXT,
  target_id TEXT,                          -- what or whom it was done to
  target TEXT,                             -- its title, e-mail or hint, as it was then
  details TEXT NOT NULL DEFAULT '{}',      -- JSON object of texts and numbers
  count INTEGER NOT NULL DEFAULT 1,        -- how often, from `at` until its hour was over
  counted_as TEXT,                         -- of an event that counts: what it counts
  hash TEXT                                -- the seal
) STRICT;
-- Lists are in the order of (at, id): each filter has its events in that order, so that a page reads little more than itself.
CREATE INDEX audit_events_at ON audit_events (at, id);
CREATE INDEX audit_events_action ON audit_events (action, at, id);
CREATE INDEX audit_events_actor ON audit_events (actor_id, at, id) WHERE actor_id IS NOT NULL;
CREATE INDEX audit_events_email ON audit_events (actor_email, at, id) WHERE actor_email IS NOT NULL;
CREATE INDEX audit_events_project ON audit_events (project_id, at, id) WHERE project_id IS NOT NULL;
CREATE INDEX audit_events_project_action ON audit_events (project_id, action, at, id) WHERE project_id IS NOT NULL;
CREATE UNIQUE INDEX audit_events_counting ON audit_events (counted_as) WHERE hash IS NULL AND counted_as IS NOT NULL;

-- The two ends of the chain: what the first event that is still there hangs on, and the last one that is sealed.
CREATE TABLE audit_ends (
  name TEXT PRIMARY KEY CHECK (name IN ('anchor', 'head')),
  event_id INTEGER NOT NULL,
  hash TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO audit_ends (name, event_id, hash) VALUES ('anchor', 0, ''), ('head', 0, '');
