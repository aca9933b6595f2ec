-- One row for each text message.  Times are UTC seconds since the epoch.
CREATE TABLE messages (
    position INTEGER PRIMARY KEY,  -- rises in the order in which messages came and went
    account TEXT NOT NULL,
    direction TEXT NOT NULL CHECK (direction IN ('in', 'out')),
    number TEXT NOT NULL,
    name TEXT NOT NULL,
    text TEXT NOT NULL,
    time REAL NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('unread', 'read', 'sending', 'sent', 'failed')),
    detail TEXT NOT NULL  -- what the network said of a message that was sent
);
