-- When an API Token was last used, to within ten minutes (control/api-tokens/last-used.ts): for people who wonder which
-- tokens they can delete. NULL: never, or not since this column exists.
ALTER TABLE api_tokens ADD COLUMN last_used_at INTEGER;
