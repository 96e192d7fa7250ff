-- For a foreign key a server asks itself a question about each row that is written: two fifths of what it did with a mail.
-- SQLite follows them without any cost that can be measured, and is what most tests run on. So a file checks each row, a
-- server none, and `db check` looks in both whether all that is named is there.
{UNTIED}
