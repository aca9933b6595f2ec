-- 1: a call between two lines of the gateway.
ALTER TABLE calls ADD COLUMN inside INTEGER NOT NULL DEFAULT 0;
