-- What the daemon says of itself, and the consents that OAuth needs. Neither is a part of the state that the journal gives.

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

-- What somebody has to decide about, counted whenever the daemon is asked how it is.
CREATE INDEX send_failed ON send (id) WHERE state = 'failed';
