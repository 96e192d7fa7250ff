-- What the daemon says of itself, the consents that OAuth needs, and what a process that lives on for months needs to know of
-- what it did. None of it is a part of the state that the journal gives.

-- The daemon at work on this database, in one row: what it said last (JSON, as domain/status.rs has it), and when.
CREATE TABLE daemon_status (
    one {INTEGER} NOT NULL PRIMARY KEY CHECK (one = 1),
    at {INTEGER} NOT NULL,
    body TEXT NOT NULL
) {ROWS};

-- A consent that an account gave to a client of OAuth 2.0 (RFC 6749), by the token that renews it: a secret, as the signing
-- keys are. `expires_at`: when it ends unless it is used before, where the server said so; 0 otherwise.
CREATE TABLE oauth_consent (
    client TEXT NOT NULL,
    account TEXT NOT NULL,
    refresh_token TEXT NOT NULL,
    granted_at {INTEGER} NOT NULL,
    renewed_at {INTEGER} NOT NULL,
    expires_at {INTEGER} NOT NULL,
    PRIMARY KEY (client, account)
) {LINKS};

-- Who noted an attempt (a number that is drawn whenever a program opens the database; 0: one that is gone): what a program
-- that lives on has noted did not end it.
ALTER TABLE attempt ADD COLUMN reader {INTEGER} NOT NULL DEFAULT 0;

-- Up to where the journal and the ids were compared with what is withheld of a folder, and when all of them were.
CREATE TABLE withheld_compared (
    mailbox TEXT NOT NULL,
    folder TEXT NOT NULL,
    event {INTEGER} NOT NULL,
    id {INTEGER} NOT NULL,
    whole_at {INTEGER} NOT NULL,
    PRIMARY KEY (mailbox, folder)
) {LINKS};

-- A withheld mail that ties to something by now, until it is stored: 1.
ALTER TABLE withheld ADD COLUMN tied {INTEGER} NOT NULL DEFAULT 0;
CREATE INDEX withheld_tied ON withheld (mailbox, folder, uidvalidity, uid) WHERE tied = 1;

-- What somebody has to decide about, counted whenever the daemon is asked how it is.
CREATE INDEX send_failed ON send (id) WHERE state = 'failed';
