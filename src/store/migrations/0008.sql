-- Digests are looked up by keys that begin with the Date of the mail, in seconds: see ContentDigest::dated_key. Mail that
-- comes in the order of its dates changes few pages of an index over them; spread evenly, each mail changed one of its own.

UPDATE message SET digest_key = (digest_key & 1073741823)
    + 1073741824 * CASE WHEN date < 0 THEN 0 WHEN date / 1000 > 8589934591 THEN 8589934591 ELSE date / 1000 END
    WHERE date IS NOT NULL;
UPDATE message SET digest_key = (digest_key & 1073741823) WHERE date IS NULL;

-- Contents that are no mail's have no date, nor have those of mails that could not be read when they came first.
UPDATE content SET key = (key & 1073741823);
UPDATE content SET key = content.key
    + 1073741824 * CASE WHEN date < 0 THEN 0 WHEN date / 1000 > 8589934591 THEN 8589934591 ELSE date / 1000 END
    FROM (
        SELECT found.content AS mail, message.date AS date
            FROM (SELECT content, min(id) AS delivery FROM delivery GROUP BY content) AS found
            JOIN delivery ON delivery.id = found.delivery JOIN message ON message.id = delivery.message
            JOIN event ON event.seq = delivery.event
            WHERE event.payload LIKE '%"failure":null%'
        UNION SELECT content, date FROM message WHERE delivery IS NULL
    ) AS dated
    WHERE dated.mail = content.id AND dated.date IS NOT NULL;

-- What names an event is written after it in one transaction, and events are never taken out: `db check` looks whether all
-- are there. Looking again at each row was most of what a server did with it. The driver takes these foreign keys away.
{UNTIED event (seq)}
