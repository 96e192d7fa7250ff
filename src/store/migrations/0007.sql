-- Records of every object, and workflows.

-- Where the journal was when a table came that folding it again would fill for what was decided before, too.
CREATE TABLE since (
    name TEXT PRIMARY KEY NOT NULL,
    event {INTEGER} NOT NULL
) {LINKS};
INSERT INTO since (name, event) SELECT 'action_log', next FROM counter WHERE name = 'event';

-- ---------------------------------------------------------------------------------------------------------- the records

CREATE TABLE record_property (
    record {INTEGER} NOT NULL REFERENCES record (id),
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (record, name)
) {LINKS};

CREATE TABLE company (
    id {INTEGER} PRIMARY KEY NOT NULL,
    name TEXT NOT NULL UNIQUE
) {ROWS};

CREATE TABLE record_company (
    record {INTEGER} NOT NULL REFERENCES record (id),
    company {INTEGER} NOT NULL REFERENCES company (id),
    PRIMARY KEY (record, company)
) {LINKS};

CREATE TABLE task (
    id {INTEGER} PRIMARY KEY NOT NULL,
    record {INTEGER} NOT NULL REFERENCES record (id),
    title TEXT NOT NULL,
    assignee {INTEGER} REFERENCES app_user (id),
    due_at {INTEGER},
    created_at {INTEGER} NOT NULL,
    done_at {INTEGER},
    event {INTEGER} NOT NULL REFERENCES event (seq)
) {ROWS};
CREATE INDEX task_by_record ON task (record);

CREATE TABLE note (
    id {INTEGER} PRIMARY KEY NOT NULL,
    record {INTEGER} NOT NULL REFERENCES record (id),
    at {INTEGER} NOT NULL,
    text TEXT,
    draft {INTEGER} REFERENCES content (id),
    author {INTEGER} REFERENCES app_user (id),
    automation TEXT,
    event {INTEGER} NOT NULL REFERENCES event (seq)
) {ROWS};
CREATE INDEX note_by_record ON note (record);

-- -------------------------------------------------------------------------------------------------------- the workflows

CREATE TABLE workflow (
    name TEXT PRIMARY KEY NOT NULL,
    published {INTEGER},
    draft {INTEGER},
    event {INTEGER} NOT NULL REFERENCES event (seq)
) {LINKS};

CREATE TABLE workflow_revision (
    id {INTEGER} PRIMARY KEY NOT NULL,
    workflow TEXT NOT NULL,
    event {INTEGER} NOT NULL REFERENCES event (seq),
    at {INTEGER} NOT NULL,
    author {INTEGER} REFERENCES app_user (id),
    body TEXT NOT NULL
) {ROWS};
CREATE INDEX workflow_revision_by_workflow ON workflow_revision (workflow);

CREATE TABLE workflow_comment (
    event {INTEGER} PRIMARY KEY NOT NULL REFERENCES event (seq),
    workflow TEXT NOT NULL,
    step {INTEGER} NOT NULL,
    at {INTEGER} NOT NULL,
    author {INTEGER} REFERENCES app_user (id),
    draft {INTEGER} NOT NULL REFERENCES content (id)
) {ROWS};

CREATE TABLE run (
    id {INTEGER} PRIMARY KEY NOT NULL,
    record {INTEGER} NOT NULL REFERENCES record (id),
    workflow TEXT NOT NULL,
    revision {INTEGER} NOT NULL,
    enrolled {INTEGER} NOT NULL REFERENCES event (seq),
    step {INTEGER} NOT NULL,
    state TEXT NOT NULL,
    due_at {INTEGER} NOT NULL,
    chain TEXT NOT NULL,
    ended_at {INTEGER}
) {ROWS};
CREATE INDEX run_by_record ON run (record);

CREATE TABLE action_log (
    event {INTEGER} NOT NULL REFERENCES event (seq),
    n {INTEGER} NOT NULL,
    record {INTEGER} NOT NULL REFERENCES record (id),
    workflow TEXT NOT NULL,
    revision {INTEGER},
    step {INTEGER} NOT NULL,
    action TEXT NOT NULL,
    outcome TEXT NOT NULL,
    reason TEXT,
    at {INTEGER} NOT NULL,
    cause {INTEGER} NOT NULL REFERENCES event (seq),
    send {INTEGER} REFERENCES send (id),
    PRIMARY KEY (event, n)
) {LINKS};
CREATE INDEX action_log_by_record ON action_log (record);
CREATE INDEX action_log_by_workflow ON action_log (workflow, event);

CREATE TABLE rotation (
    workflow TEXT NOT NULL,
    step {INTEGER} NOT NULL,
    assignee {INTEGER} NOT NULL REFERENCES app_user (id),
    PRIMARY KEY (workflow, step)
) {LINKS};

CREATE TABLE webhook (
    id {INTEGER} PRIMARY KEY NOT NULL,
    record {INTEGER} NOT NULL REFERENCES record (id),
    event {INTEGER} NOT NULL REFERENCES event (seq),
    n {INTEGER} NOT NULL,
    key TEXT NOT NULL,
    url TEXT NOT NULL,
    secret TEXT,
    body TEXT NOT NULL,
    state TEXT NOT NULL,
    due_at {INTEGER} NOT NULL,
    attempt {INTEGER} NOT NULL,
    lease_until {INTEGER},
    fence {INTEGER} NOT NULL
) {ROWS};
CREATE INDEX webhook_by_event ON webhook (event);
CREATE INDEX webhook_waiting ON webhook (due_at) WHERE state IN ('waiting', 'sending');
