-- One row for each call that has ended.  Times are UTC seconds since the epoch.
CREATE TABLE calls (
    position INTEGER PRIMARY KEY,  -- rises in the order in which calls ended
    id TEXT NOT NULL,
    line TEXT NOT NULL,
    account TEXT NOT NULL,
    direction TEXT NOT NULL CHECK (direction IN ('in', 'out')),
    number TEXT NOT NULL,
    name TEXT NOT NULL,
    started REAL NOT NULL,
    alerted REAL,
    answered REAL,
    ended REAL,
    reason TEXT NOT NULL,
    detail TEXT NOT NULL,
    early_media INTEGER NOT NULL,
    figures TEXT NOT NULL  -- a JSON object of numbers
);
