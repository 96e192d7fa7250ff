-- Review and quarantine: what people settled, and which mails are being read.

-- What waited for a person, settled.
CREATE TABLE review (
    event {INTEGER} PRIMARY KEY NOT NULL REFERENCES event (seq),
    message {INTEGER} NOT NULL REFERENCES message (id),
    reason TEXT NOT NULL,
    verdict TEXT NOT NULL,
    from_kind TEXT NOT NULL,
    to_kind TEXT NOT NULL,
    from_ticket {INTEGER} REFERENCES record (id),
    to_ticket {INTEGER} REFERENCES record (id),
    reviewer {INTEGER} REFERENCES app_user (id),
    at {INTEGER} NOT NULL
) {ROWS};
CREATE INDEX review_by_message ON review (message);

-- What waits: the few of many that are found without looking at all. These indexes cost other rows nothing.
CREATE INDEX message_in_review ON message (arrived_at) WHERE review IS NOT NULL;
CREATE INDEX delivery_without_message ON delivery (state, id) WHERE message IS NULL;
CREATE INDEX decision_without_message ON decision (delivery) WHERE message IS NULL AND delivery IS NOT NULL;

-- Mails that are about to be read, written before they are: what is left here after the program ended was perhaps why it
-- ended. `digests`: those of the raw bytes, 32 bytes each: several for mails that are read together, of which one may be
-- at fault; one for a mail that is read alone. `key`: the digest of `digests`; of one mail its own. No part of the state
-- that the journal gives: it is gone once the mails are decided.
CREATE TABLE attempt (
    key {BLOB} PRIMARY KEY NOT NULL,
    digests {BLOB} NOT NULL,
    count {INTEGER} NOT NULL
) {LINKS};
