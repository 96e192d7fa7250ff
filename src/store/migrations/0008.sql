-- Digests are looked up by keys that begin with the Date of the mail, in seconds: see ContentDigest::dated_key. Mail that
-- comes in the order of its dates changes few pages of an index over them; spread evenly, each mail changed one of its own.

UPDATE message SET digest_key = (digest_key & 1073741823)
    + 1073741824 * CASE WHEN date < 0 THEN 0 WHEN date / 1000 > 8589934591 THEN 8589934591 ELSE date / 1000 END
    WHERE date IS NOT NULL;
UPDATE message SET digest_key = (digest_key & 1073741823) WHERE date IS NULL;

-- Contents that are no mail's, or that of one that could not be read, have no date.
UPDATE content SET key = (key & 1073741823);
UPDATE content SET key = content.key
    + 1073741824 * CASE WHEN date < 0 THEN 0 WHEN date / 1000 > 8589934591 THEN 8589934591 ELSE date / 1000 END
    FROM (
        SELECT content AS dated, max(date) AS date FROM (
            SELECT content, date FROM message
            UNION SELECT delivery.content, message.date FROM delivery JOIN message ON message.id = delivery.message
        ) AS contents WHERE date IS NOT NULL GROUP BY content
    ) AS mails
    WHERE mails.dated = content.id;

-- What names an event is written after it in one transaction, and events are never taken out: `db check` looks whether all
-- are there. Looking again at each row was most of what a server did with it. The driver takes these foreign keys away.
{UNTIED event (seq)}
