-- Why the call ended, found from evidence: a JSON object, empty for calls of an older version.
ALTER TABLE calls ADD COLUMN verdict TEXT NOT NULL DEFAULT '{}';
