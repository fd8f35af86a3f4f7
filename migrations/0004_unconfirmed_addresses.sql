-- What is meant for the owner of an address waits until somebody has shown that it is theirs, where the server sends mail.
ALTER TABLE project_members ADD COLUMN waits INTEGER NOT NULL DEFAULT 0;   -- 1: counts only when the address is confirmed
ALTER TABLE users ADD COLUMN invite_mailed INTEGER NOT NULL DEFAULT 0;     -- 1: who accepts has read the mails of the address
