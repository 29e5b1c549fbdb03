"""`make scale`: several of every process behind one address on PostgreSQL, under load, beside one of each, and while some are killed."""
