-- Mail on servers that was left alone whatever it says, and mail that a server does not give.

-- UIDs up to there were in a folder when it was seen first, and `start` left all of them alone.
ALTER TABLE watched_folder ADD COLUMN skipped {INTEGER} NOT NULL DEFAULT 0;

-- Mail whose FETCH failed, until it is stored or gone. `count`: how often when it was asked for alone; 0: together with
-- others, of which one was at fault, or somebody has asked for it again. Three times, and it is asked for no more. `at`,
-- `failure`: when that was the last time, and what was said. No part of the state that the journal gives.
CREATE TABLE unfetched (
    mailbox TEXT NOT NULL,
    folder TEXT NOT NULL,
    uidvalidity {INTEGER} NOT NULL,
    uid {INTEGER} NOT NULL,
    count {INTEGER} NOT NULL,
    at {INTEGER} NOT NULL,
    failure TEXT NOT NULL,
    PRIMARY KEY (mailbox, folder, uidvalidity, uid)
) {LINKS};
