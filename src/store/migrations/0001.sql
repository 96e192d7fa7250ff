-- The first schema. One table a row type of src/domain (rows.rs, event.rs), columns in the same order: a test compares them.
--
-- {INTEGER}, {BLOB}: a 64-bit integer and bytes, as the driver calls them. {ROWS}, {LINKS}: what the driver wants said
-- after a table of rows, and after one whose key is all that it is looked up by. Booleans are integers; points in time
-- are milliseconds since 1970.
--
-- Foreign keys are checked at each row (by SQLite; a server has none: 0009.sql), and rows are written in the order that
-- they ask for: journal, then state (see save.rs). Deferred ones would allow any order, at the price of SQLite scanning
-- whole tables for each row that is written while one is open. So where two tables name each other only one direction is
-- checked, and a message's parent, which may be written after it, is not.

-- ------------------------------------------------------------------------------------------------ what the store needs

-- Where the next block of ids, journal positions and ticket numbers begins.
CREATE TABLE counter (
    name TEXT PRIMARY KEY NOT NULL,
    next {INTEGER} NOT NULL
) {LINKS};
INSERT INTO counter (name, next) VALUES ('id', 1), ('event', 1), ('ticket_number', 1);

-- What is said of the database as a whole. `seed`: 32 random bytes from which send references are derived.
CREATE TABLE meta (
    key TEXT PRIMARY KEY NOT NULL,
    value {BLOB} NOT NULL
) {LINKS};

-- Keys that sign our tokens. The newest that is not retired signs; all of them verify.
CREATE TABLE signing_key (
    kid TEXT PRIMARY KEY NOT NULL,
    secret {BLOB} NOT NULL,
    created_at {INTEGER} NOT NULL,
    retired_at {INTEGER}
) {ROWS};

-- ---------------------------------------------------------------------------------------------------------- the journal

-- The setups that were in force at some time.
CREATE TABLE revision (
    digest TEXT PRIMARY KEY NOT NULL,
    at {INTEGER} NOT NULL,
    body TEXT NOT NULL
) {ROWS};

-- Every input, in the order in which it was decided. Rows are added only.
CREATE TABLE event (
    seq {INTEGER} PRIMARY KEY NOT NULL,
    at {INTEGER} NOT NULL,
    cause {INTEGER} REFERENCES event (seq),
    actor {INTEGER},
    origin TEXT NOT NULL,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    revision TEXT NOT NULL REFERENCES revision (digest),
    first_id {INTEGER} NOT NULL,
    first_number {INTEGER} NOT NULL
) {ROWS};

-- What each event led to, explained.
CREATE TABLE decision (
    event {INTEGER} PRIMARY KEY NOT NULL REFERENCES event (seq),
    delivery {INTEGER},
    message {INTEGER},
    ticket {INTEGER},
    kind TEXT,
    status_before TEXT,
    status_after TEXT,
    explanation TEXT NOT NULL
) {ROWS};

-- ------------------------------------------------------------------------------------------------------- where mail is

CREATE TABLE mailbox (
    id {INTEGER} PRIMARY KEY NOT NULL,
    name TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL
) {ROWS};

CREATE TABLE folder (
    id {INTEGER} PRIMARY KEY NOT NULL,
    mailbox {INTEGER} NOT NULL REFERENCES mailbox (id),
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    uidvalidity {INTEGER} NOT NULL,
    last_uid {INTEGER} NOT NULL,
    UNIQUE (mailbox, name)
) {ROWS};

CREATE TABLE app_user (
    id {INTEGER} PRIMARY KEY NOT NULL,
    name TEXT NOT NULL UNIQUE
) {ROWS};

-- ------------------------------------------------------------------------------------------------------------ the mails

-- Raw bytes, once however often they arrive.
CREATE TABLE content (
    id {INTEGER} PRIMARY KEY NOT NULL,
    key {INTEGER} NOT NULL,
    digest {BLOB} NOT NULL,
    size {INTEGER} NOT NULL
) {ROWS};
CREATE INDEX content_by_key ON content (key);

-- The bytes, in pieces of at most 256 KB, each compressed for itself (src/store/content.rs).
CREATE TABLE content_chunk (
    content {INTEGER} NOT NULL,
    n {INTEGER} NOT NULL,
    bytes {BLOB} NOT NULL,
    PRIMARY KEY (content, n)
) {ROWS};

-- Each arrival. The position is unique: no mail of a server is taken twice.
CREATE TABLE delivery (
    id {INTEGER} PRIMARY KEY NOT NULL,
    folder {INTEGER} NOT NULL REFERENCES folder (id),
    uidvalidity {INTEGER} NOT NULL,
    uid {INTEGER} NOT NULL,
    message {INTEGER} REFERENCES message (id),
    content {INTEGER} NOT NULL REFERENCES content (id),
    arrived_at {INTEGER} NOT NULL,
    state TEXT NOT NULL,
    event {INTEGER} NOT NULL REFERENCES event (seq),
    UNIQUE (folder, uidvalidity, uid)
) {ROWS};
CREATE INDEX delivery_by_message ON delivery (message) WHERE message IS NOT NULL;

-- Each mail, once; our own sends too.
CREATE TABLE message (
    id {INTEGER} PRIMARY KEY NOT NULL,
    delivery {INTEGER},
    content {INTEGER} NOT NULL REFERENCES content (id),
    id_key {INTEGER},
    message_id TEXT,
    digest_key {INTEGER} NOT NULL,
    digest {BLOB} NOT NULL,
    author {INTEGER} REFERENCES address (id),
    subject TEXT NOT NULL,
    date {INTEGER},
    arrived_at {INTEGER} NOT NULL,
    kind TEXT NOT NULL,
    thread {INTEGER} REFERENCES thread (id),
    ticket {INTEGER} REFERENCES record (id),
    contact {INTEGER} REFERENCES contact (id),
    parent {INTEGER},
    team {INTEGER} NOT NULL,
    altered {INTEGER} NOT NULL,
    automatic {INTEGER} NOT NULL,
    history {INTEGER} NOT NULL,
    review TEXT,
    event {INTEGER} NOT NULL REFERENCES event (seq)
) {ROWS};
CREATE INDEX message_by_id_key ON message (id_key) WHERE id_key IS NOT NULL;
CREATE INDEX message_by_digest_key ON message (digest_key);
CREATE INDEX message_by_thread ON message (thread) WHERE thread IS NOT NULL;
CREATE INDEX message_by_ticket ON message (ticket) WHERE ticket IS NOT NULL;

-- Message-IDs that a relay put in the place of ours.
CREATE TABLE message_alias (
    key {INTEGER} NOT NULL,
    message {INTEGER} NOT NULL REFERENCES message (id),
    message_id TEXT NOT NULL,
    PRIMARY KEY (key, message)
) {LINKS};

-- Ids that were cited before their mail came.
CREATE TABLE awaited (
    key {INTEGER} NOT NULL,
    message {INTEGER} NOT NULL REFERENCES message (id),
    awaited_id TEXT NOT NULL,
    PRIMARY KEY (key, message)
) {LINKS};

CREATE TABLE thread (
    id {INTEGER} PRIMARY KEY NOT NULL,
    ticket {INTEGER} REFERENCES record (id),
    origin {INTEGER} NOT NULL,
    root {INTEGER} NOT NULL,
    newest {INTEGER} NOT NULL
) {ROWS};
CREATE INDEX thread_by_ticket ON thread (ticket) WHERE ticket IS NOT NULL;

-- Outlook's conversation roots that a thread's mails carried: several where somebody began anew.
CREATE TABLE thread_index (
    key {INTEGER} NOT NULL,
    thread {INTEGER} NOT NULL REFERENCES thread (id),
    PRIMARY KEY (key, thread)
) {LINKS};

-- ----------------------------------------------------------------------------------------------------------- the people

CREATE TABLE participant (
    thread {INTEGER} NOT NULL REFERENCES thread (id),
    address {INTEGER} NOT NULL REFERENCES address (id),
    PRIMARY KEY (thread, address)
) {LINKS};

-- The only table, apart from the raw bytes, that holds anyone's address.
CREATE TABLE address (
    id {INTEGER} PRIMARY KEY NOT NULL,
    key {INTEGER} NOT NULL,
    address TEXT NOT NULL,
    name TEXT NOT NULL,
    contact {INTEGER} REFERENCES contact (id),
    bounced TEXT
) {ROWS};
CREATE INDEX address_by_key ON address (key);
CREATE INDEX address_by_contact ON address (contact) WHERE contact IS NOT NULL;

CREATE TABLE contact (
    id {INTEGER} PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    marketing {INTEGER} NOT NULL,
    address {INTEGER} NOT NULL
) {ROWS};

-- ---------------------------------------------------------------------------------------------------------- the records

CREATE TABLE record (
    id {INTEGER} PRIMARY KEY NOT NULL,
    object TEXT NOT NULL,
    pipeline TEXT NOT NULL,
    stage TEXT NOT NULL,
    title TEXT NOT NULL,
    source TEXT NOT NULL,
    created_at {INTEGER} NOT NULL,
    event {INTEGER} NOT NULL REFERENCES event (seq)
) {ROWS};
CREATE INDEX record_by_stage ON record (pipeline, stage);

CREATE TABLE ticket (
    record {INTEGER} PRIMARY KEY NOT NULL REFERENCES record (id),
    number {INTEGER} NOT NULL UNIQUE,
    mailbox {INTEGER} REFERENCES mailbox (id),
    closed_at {INTEGER},
    closed_by_hand {INTEGER} NOT NULL,
    reopened {INTEGER} NOT NULL,
    newest_firing {INTEGER} REFERENCES message (id),
    newest_firing_at {INTEGER},
    flag TEXT,
    merged_into {INTEGER} REFERENCES record (id)
) {ROWS};

CREATE TABLE ticket_contact (
    ticket {INTEGER} NOT NULL REFERENCES record (id),
    contact {INTEGER} NOT NULL REFERENCES contact (id),
    PRIMARY KEY (ticket, contact)
) {LINKS};

CREATE TABLE ticket_link (
    ticket {INTEGER} NOT NULL REFERENCES record (id),
    other {INTEGER} NOT NULL REFERENCES record (id),
    message {INTEGER} REFERENCES message (id),
    PRIMARY KEY (ticket, other)
) {LINKS};

CREATE TABLE stage_change (
    id {INTEGER} PRIMARY KEY NOT NULL,
    record {INTEGER} NOT NULL REFERENCES record (id),
    from_stage TEXT,
    to_stage TEXT NOT NULL,
    at {INTEGER} NOT NULL,
    cause TEXT NOT NULL,
    event {INTEGER} NOT NULL REFERENCES event (seq)
) {ROWS};
CREATE INDEX stage_change_by_record ON stage_change (record);

CREATE TABLE enrolment (
    record {INTEGER} NOT NULL REFERENCES record (id),
    automation TEXT NOT NULL,
    event {INTEGER} NOT NULL REFERENCES event (seq),
    at {INTEGER} NOT NULL,
    PRIMARY KEY (record, automation, event)
) {LINKS};

-- ----------------------------------------------------------------------------------------------------- what we send, when

CREATE TABLE send (
    id {INTEGER} PRIMARY KEY NOT NULL,
    message {INTEGER} NOT NULL REFERENCES message (id),
    reference TEXT NOT NULL,
    reference_key {INTEGER} NOT NULL,
    purpose TEXT NOT NULL,
    ticket {INTEGER} REFERENCES record (id),
    author {INTEGER} REFERENCES app_user (id),
    automation TEXT,
    template TEXT,
    queued_at {INTEGER} NOT NULL,
    state TEXT NOT NULL,
    due_at {INTEGER} NOT NULL,
    attempt {INTEGER} NOT NULL,
    lease_until {INTEGER},
    fence {INTEGER} NOT NULL
) {ROWS};
CREATE INDEX send_by_reference_key ON send (reference_key);
CREATE INDEX send_by_message ON send (message);

CREATE TABLE send_recipient (
    send {INTEGER} NOT NULL REFERENCES send (id),
    address {INTEGER} NOT NULL REFERENCES address (id),
    role TEXT NOT NULL,
    state TEXT NOT NULL,
    status TEXT,
    automatic_at {INTEGER},
    subject_key {INTEGER},
    PRIMARY KEY (send, address)
) {LINKS};
CREATE INDEX send_recipient_automatic ON send_recipient (address, automatic_at) WHERE automatic_at IS NOT NULL;

CREATE TABLE timer (
    id {INTEGER} PRIMARY KEY NOT NULL,
    due_at {INTEGER} NOT NULL,
    kind TEXT NOT NULL,
    subject {INTEGER} NOT NULL,
    attempt {INTEGER} NOT NULL,
    lease_until {INTEGER},
    fence {INTEGER} NOT NULL,
    done_at {INTEGER}
) {ROWS};
CREATE INDEX timer_waiting ON timer (due_at) WHERE done_at IS NULL;
