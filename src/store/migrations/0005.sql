-- The outbox: what a relay said about each recipient, and how what is due is found.

-- The last answer of a relay, code first, without addresses.
ALTER TABLE send_recipient ADD COLUMN answer TEXT;
-- When the user who wrote it was told that it did not arrive.
ALTER TABLE send_recipient ADD COLUMN told_at {INTEGER};

-- What is to be tried, by when; held and settled sends are not in it.
CREATE INDEX send_waiting ON send (due_at, id) WHERE state IN ('queued', 'deferred', 'unknown');
-- What must leave before a later send of its ticket does.
CREATE INDEX send_before ON send (ticket, id) WHERE state IN ('queued', 'sending', 'deferred');
-- What a program was handing to a relay.
CREATE INDEX send_sending ON send (id) WHERE state = 'sending';

-- What was decided about a send after it was queued.
CREATE INDEX decision_of_send ON decision (message) WHERE kind IS NULL AND message IS NOT NULL;

-- Relays that refuse us as a whole, and until when they are left alone. No part of the state that the journal gives.
CREATE TABLE relay_pause (
    relay TEXT PRIMARY KEY NOT NULL,
    since {INTEGER} NOT NULL,
    until {INTEGER} NOT NULL,
    why TEXT NOT NULL
) {ROWS};

-- Notifications beyond a user's cap, until a digest tells them and afterwards. `digest`: the send that did.
CREATE TABLE held_notice (
    id {INTEGER} PRIMARY KEY NOT NULL,
    recipient {INTEGER} NOT NULL REFERENCES app_user (id),
    ticket {INTEGER} NOT NULL REFERENCES record (id),
    template TEXT NOT NULL,
    at {INTEGER} NOT NULL,
    event {INTEGER} NOT NULL REFERENCES event (seq),
    digest {INTEGER} REFERENCES send (id)
) {ROWS};
CREATE INDEX held_notice_by_ticket ON held_notice (ticket);
CREATE INDEX held_notice_waiting ON held_notice (recipient) WHERE digest IS NULL;

-- What people sent and a relay took: a copy belongs into the Sent folder of a mailbox that wants one. `settled_at`: when it
-- was seen there; NULL while it is to be made. No part of the state that the journal gives.
CREATE TABLE sent_copy (
    message {INTEGER} PRIMARY KEY NOT NULL REFERENCES message (id),
    settled_at {INTEGER}
) {ROWS};
CREATE INDEX sent_copy_waiting ON sent_copy (message) WHERE settled_at IS NULL;
