-- Mailboxes on servers: how far each folder was read, and what was withheld. None of it is part of the state that the
-- journal gives: it says what on a server was left alone on purpose, and what was taken is in `delivery`.

-- A folder of a mailbox as it was seen last. UIDs up to `boundary` were there when it was first seen under this
-- UIDVALIDITY (RFC 9051 2.3.1.1): of those, mail that arrived before `since` was left alone. Everything up to `passed` was
-- taken, withheld or left alone, as was everything that `folder.last_uid` covers; `finished`: what the mailbox wants done
-- on the server was done up to there.
CREATE TABLE watched_folder (
    mailbox TEXT NOT NULL,
    folder TEXT NOT NULL,
    uidvalidity {INTEGER} NOT NULL,
    passed {INTEGER} NOT NULL,
    boundary {INTEGER} NOT NULL,
    since {INTEGER} NOT NULL,
    finished {INTEGER} NOT NULL,
    PRIMARY KEY (mailbox, folder)
) {LINKS};

-- Mail in a user's own inbox that ties to nothing that we have: where it is, and nothing of what it says.
CREATE TABLE withheld (
    mailbox TEXT NOT NULL,
    folder TEXT NOT NULL,
    uidvalidity {INTEGER} NOT NULL,
    uid {INTEGER} NOT NULL,
    PRIMARY KEY (mailbox, folder, uidvalidity, uid)
) {LINKS};

-- Its ids, those that it cites, and its author, each as a hash under a key of this database.
CREATE TABLE withheld_key (
    key {INTEGER} NOT NULL,
    mailbox TEXT NOT NULL,
    folder TEXT NOT NULL,
    uidvalidity {INTEGER} NOT NULL,
    uid {INTEGER} NOT NULL,
    PRIMARY KEY (key, mailbox, folder, uidvalidity, uid)
) {LINKS};
