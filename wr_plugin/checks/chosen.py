"""Keys that were chosen, as temporary tables of the connection: an SQL condition can then name any number of them."""

NUMBERS = "(SELECT key FROM temp.chosen_number WHERE what = ?)"
TEXTS = "(SELECT key FROM temp.chosen_text WHERE what = ?)"


def numbers(connection, what, keys):
    """Keeps these whole numbers under the name ``what``, in place of those before."""
    connection.execute("CREATE TEMP TABLE IF NOT EXISTS chosen_number (what TEXT, key INTEGER, PRIMARY KEY (what, key))"
                       " WITHOUT ROWID")
    connection.execute("DELETE FROM temp.chosen_number WHERE what = ?", (what,))
    connection.executemany("INSERT INTO temp.chosen_number VALUES (?, ?)", [(what, int(key)) for key in set(keys)])


def texts(connection, what, keys):
    """The same for texts."""
    connection.execute("CREATE TEMP TABLE IF NOT EXISTS chosen_text (what TEXT, key TEXT, PRIMARY KEY (what, key))"
                       " WITHOUT ROWID")
    connection.execute("DELETE FROM temp.chosen_text WHERE what = ?", (what,))
    connection.executemany("INSERT INTO temp.chosen_text VALUES (?, ?)", [(what, key) for key in set(keys)])
