-- The control plane: accounts, credentials (only as hashes), projects, members, and the catalog of their tables.
-- Instants are integers, milliseconds since 1970 UTC. Hashes are lower-case hex. Forward only; no triggers (they have
-- failed on the remote migration path while passing locally).

CREATE TABLE settings (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE users (
  id TEXT PRIMARY KEY,
  email TEXT NOT NULL UNIQUE,              -- in the normal form of control/users/email.ts
  password_hash TEXT,                      -- PHC string; NULL until an invitation is accepted
  firstname TEXT,
  lastname TEXT,
  roles TEXT NOT NULL,                     -- organisation roles, comma separated
  token_version TEXT NOT NULL,             -- Auth Tokens carry it; a new one ends them all
  email_verified_at INTEGER,
  email_verification_hash TEXT UNIQUE,
  invite_hash TEXT UNIQUE,
  invite_expires_at INTEGER,
  reset_hash TEXT UNIQUE,
  reset_expires_at INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

-- One row per signed-in browser. Auth Tokens name their session, so deleting the row ends them at the next request.
CREATE TABLE sessions (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  expires_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);

-- Every refresh token of a live session, the spent ones too: a spent one shown again ends the session.
CREATE TABLE refresh_tokens (
  hash TEXT PRIMARY KEY,
  session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  spent_at INTEGER,                        -- by the database's clock; see control/auth/session.ts
  successor_hash TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX refresh_tokens_session ON refresh_tokens (session_id);

CREATE TABLE api_tokens (
  id INTEGER PRIMARY KEY AUTOINCREMENT,    -- clients expect an integer; never reused
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  description TEXT,
  token_hash TEXT NOT NULL UNIQUE,
  hint TEXT NOT NULL,                      -- first and last four characters, for people
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX api_tokens_user ON api_tokens (user_id);

CREATE TABLE projects (
  id TEXT PRIMARY KEY,
  base_id TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL,
  prefix TEXT NOT NULL,
  description TEXT,
  color TEXT,
  status TEXT,
  meta TEXT,
  "order" REAL,
  "database" TEXT NOT NULL,                -- the D1 binding its rows live in
  schema_version INTEGER NOT NULL DEFAULT 1,
  deleted_at INTEGER,                      -- marked at once, purged by the scheduled job
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX projects_title ON projects (title) WHERE deleted_at IS NULL;
CREATE INDEX projects_deleted ON projects (deleted_at) WHERE deleted_at IS NOT NULL;

CREATE TABLE project_members (
  project_id TEXT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  role TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (project_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX project_members_user ON project_members (user_id);

CREATE TABLE tables (
  id TEXT PRIMARY KEY,
  project_id TEXT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  view_id TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL,
  table_name TEXT NOT NULL,
  physical_name TEXT NOT NULL UNIQUE,
  next_column INTEGER NOT NULL,            -- number of the next physical column, so that none is ever reused
  meta TEXT,
  "order" REAL NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  UNIQUE (project_id, title),
  UNIQUE (project_id, table_name)
) STRICT;

CREATE TABLE columns (
  id TEXT PRIMARY KEY,
  table_id TEXT NOT NULL REFERENCES tables (id) ON DELETE CASCADE,
  title TEXT NOT NULL,
  column_name TEXT NOT NULL,
  physical_name TEXT NOT NULL,
  type TEXT NOT NULL,
  primary_key INTEGER NOT NULL,
  auto_increment INTEGER NOT NULL,
  auto TEXT,
  required INTEGER NOT NULL,
  "unique" INTEGER NOT NULL,
  display_value INTEGER NOT NULL,
  default_value TEXT,
  options TEXT NOT NULL,                   -- JSON array of {id, title, color}
  meta TEXT,
  "order" REAL NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  UNIQUE (table_id, title),
  UNIQUE (table_id, column_name),
  UNIQUE (table_id, physical_name)
) STRICT;

-- Physical things in a data database that no catalog entry stands for: to be dropped once `not_before` has passed. A row is
-- written before something is made and removed in the batch that enters it in the catalog; and written in the batch that
-- takes an entry out and removed when the thing is gone. So a crash between the two databases leaves work for the
-- scheduled job, and nothing a reader can see.
CREATE TABLE orphans (
  table_name TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('table', 'column', 'unique', 'index')),
  column_name TEXT NOT NULL DEFAULT '',    -- '' for a whole table
  "database" TEXT NOT NULL,
  not_before INTEGER NOT NULL,
  PRIMARY KEY (table_name, kind, column_name)
) STRICT, WITHOUT ROWID;
CREATE INDEX orphans_due ON orphans (not_before);
