-- The phone book.  ``key`` is the same for every way to write a number (gateway.call.same_number).
CREATE TABLE contacts (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL
);
CREATE TABLE contact_numbers (
    contact INTEGER NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,
    place INTEGER NOT NULL,  -- among the numbers of the contact
    kind TEXT NOT NULL CHECK (kind IN ('mobile', 'home', 'work', 'other')),
    number TEXT NOT NULL,  -- as it was written
    key TEXT NOT NULL
);
CREATE INDEX contact_numbers_by_key ON contact_numbers (key);
-- Who is not to ring (gateway.call.block_list).
CREATE TABLE blocked (
    id INTEGER PRIMARY KEY,
    pattern TEXT NOT NULL,  -- as it was written
    key TEXT NOT NULL UNIQUE,
    note TEXT NOT NULL,
    since REAL NOT NULL  -- UTC seconds since the epoch
);
-- Whether somebody has looked at a missed call; those of older versions count as seen.
ALTER TABLE calls ADD COLUMN seen INTEGER NOT NULL DEFAULT 1;
